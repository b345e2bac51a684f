// One connection of obs-websocket-js, with the hard drop the library does not offer.
import { EventSubscription, OBSWebSocket } from 'obs-websocket-js';
import { obsEventNames, type ObsEvent, type ObsRequestName, type ObsTarget } from './obs-port.ts';

/** A single connection: opened once, used, dropped; never reused. */
export interface ObsSocket {
  /** Resolves once OBS accepted the password. */
  open(target: ObsTarget, meters: boolean): Promise<void>;
  /** Raw request: no deadline, and never settled when the connection dies. */
  call(name: ObsRequestName, data: unknown): Promise<unknown>;
  setMeters(wanted: boolean): Promise<void>;
  onEvent(listener: (event: ObsEvent) => void): void;
  /** Calls `listener` once with the close code when the connection ends. */
  onClosed(listener: (code: number) => void): void;
  /** Ends the connection at once, without waiting for a peer that may be frozen. */
  drop(): void;
}

const baseEvents =
  EventSubscription.General |
  EventSubscription.Config |
  EventSubscription.Scenes |
  EventSubscription.Inputs |
  EventSubscription.Transitions |
  EventSubscription.Outputs |
  EventSubscription.SceneItems |
  EventSubscription.Ui;

function subscriptions(meters: boolean): number {
  return meters ? baseEvents | EventSubscription.InputVolumeMeters : baseEvents;
}

/** What the library's socket also is, under Node. */
interface NodeSocket {
  readonly readyState: number;
  on(name: 'message', listener: () => void): void;
  pong(): void;
}
const openState = 1;

function isNodeSocket(socket: unknown): socket is NodeSocket {
  return socket instanceof Object && 'on' in socket && 'pong' in socket && 'readyState' in socket;
}

class DroppableObs extends OBSWebSocket {
  /**
   * Answers each message with a pong of our own accord. OBS writes without TCP_NODELAY: its next
   * event would wait up to 40 ms for our delayed acknowledgement, and this carries it at once.
   */
  acknowledgeAtOnce(): void {
    const socket: unknown = this.socket;
    if (!isNodeSocket(socket)) return;
    socket.on('message', () => {
      if (socket.readyState === openState) socket.pong();
    });
  }

  /** A plain close waits 30 s for the peer's answer; a frozen OBS never gives it. */
  terminate(): void {
    const socket: unknown = this.socket;
    if (socket instanceof Object && 'terminate' in socket) {
      (socket as { terminate(): void }).terminate();
    }
  }
}

/** A fresh connection that speaks msgpack. `report` hears of errors in listeners, which the library swallows. */
export function createObsSocket(report: (error: unknown) => void): ObsSocket {
  const obs = new DroppableObs();
  return {
    async open(target, meters) {
      await obs.connect(target.url, target.password, {
        rpcVersion: 1,
        eventSubscriptions: subscriptions(meters),
      });
      obs.acknowledgeAtOnce();
    },
    call: (name, data) => obs.call(name, data as undefined),
    async setMeters(wanted) {
      await obs.reidentify({ eventSubscriptions: subscriptions(wanted) });
    },
    onEvent(listener) {
      for (const name of obsEventNames) {
        obs.on(name, (...args: unknown[]) => {
          try {
            listener({ name, data: args[0] } as ObsEvent);
          } catch (error) {
            report(error);
          }
        });
      }
    },
    onClosed(listener) {
      obs.once('ConnectionClosed', (error) => listener(error.code));
    },
    drop: () => obs.terminate(),
  };
}
