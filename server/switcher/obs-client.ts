// Keeps one live connection to OBS: heartbeat, reject-all on loss, single-flight reconnect.
import { OBSWebSocketError } from 'obs-websocket-js';
import { backoffMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { startHeartbeat, type Heartbeat } from './heartbeat.ts';
import { createObsCalls } from './obs-calls.ts';
import { isNotReady, notConnected, obsAuthenticationFailed } from './obs-failure.ts';
import { createObsSocket, type ObsSocket } from './obs-socket.ts';
import { linkWords } from './words.ts';
import type { ObsClient, ObsEvent, ObsLink, ObsRequestName, ObsTarget } from './obs-port.ts';

export interface ObsClientPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** In [0,1). */
  readonly random: () => number;
  /** Makes one connection; obs-websocket-js unless a test brings another. */
  readonly open?: (report: (error: unknown) => void) => ObsSocket;
}

/** For each step of an opening: a starved OBS greets late. */
const openMs = 3000;
/** A loss is what is told at first, although at once nobody answers any more: most are over by then. */
const lossMs = 3000;
const reconnect = { firstMs: 100, maxMs: 2000 };
/** A wrong password is asked about calmly: somebody has to change it first. */
const badPasswordMs = 5000;

/** The client; connects when `configure` names an OBS. */
export function createObsClient(ports: ObsClientPorts): ObsClient {
  const { clock, log } = ports;
  const open = ports.open ?? createObsSocket;
  const linkListeners = new Set<(link: ObsLink) => void>();
  const eventListeners = new Set<(event: ObsEvent) => void>();
  const calls = createObsCalls({
    clock,
    async send(name, data) {
      if (!live || link.state !== 'connected') throw notConnected(link);
      return await ask(live, name, data);
    },
  });
  let link: ObsLink = { state: 'off', problem: null, obsVersion: null };
  let live: ObsSocket | null = null;
  let heartbeat: Heartbeat | null = null;
  let lostAt = -Infinity;
  let generation = 0;
  let meters = false;
  let wake: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();

  function setLink(next: ObsLink): void {
    if (next.state === link.state && next.problem?.en === link.problem?.en) return;
    link = next;
    for (const listener of linkListeners) {
      try {
        listener(link);
      } catch (error) {
        log.error({ err: error }, 'a change of the link to OBS could not be handled');
      }
    }
  }

  function report(error: unknown): void {
    log.error({ err: error }, 'an OBS event could not be handled');
  }

  /** Sends; whatever OBS answers, it is alive. Never settles when the connection dies. */
  async function ask(socket: ObsSocket, name: ObsRequestName, data?: unknown): Promise<unknown> {
    try {
      const answer = await socket.call(name, data);
      heartbeat?.heard();
      return answer;
    } catch (error) {
      if (error instanceof OBSWebSocketError) heartbeat?.heard();
      throw error;
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Runs one connection from opening to its end; says whether it was ever usable. */
  async function session(target: ObsTarget, mine: number): Promise<'used' | 'failed' | 'refused'> {
    const socket = open(report);
    let closed = false;
    let closeCode = 0;
    const end = Promise.withResolvers<void>();
    const ended = end.promise.then(() =>
      Promise.reject(new OBSWebSocketError(closeCode, 'closed')),
    );
    ended.catch(() => undefined);
    socket.onClosed((code) => {
      closed = true;
      closeCode = code;
      end.resolve();
    });
    socket.onEvent((event) => {
      if (live !== socket) return;
      heartbeat?.heard();
      for (const listener of eventListeners) listener(event);
    });
    let used = false;
    let refused = false;
    live = socket;
    try {
      await calls.run('Identify', openMs, () => Promise.race([socket.open(target, meters), ended]));
      const version = await ready(socket, mine);
      if (mine !== generation || closed) return 'failed';
      used = true;
      setLink({ state: 'connected', problem: null, obsVersion: version });
      heartbeat = beat(socket, version, end.resolve);
      await end.promise;
      return 'used';
    } catch (error) {
      if (refusedPassword(error)) {
        refused = true;
        setLink({ state: 'badPassword', problem: linkWords.badPassword, obsVersion: null });
        return 'refused';
      }
      log.debug({ err: error }, 'OBS does not answer');
      return 'failed';
    } finally {
      heartbeat?.stop();
      heartbeat = null;
      if (live === socket) live = null;
      socket.drop();
      if (mine === generation && !refused) {
        if (used) lostAt = clock.mono();
        const lost = clock.mono() - lostAt < lossMs;
        const problem = lost ? linkWords.lost : linkWords.noAnswer;
        setLink({ state: 'disconnected', problem, obsVersion: null });
      }
      calls.fail(notConnected(link));
    }
  }

  /** Waits out OBS's "not ready" and returns its version. */
  async function ready(socket: ObsSocket, mine: number): Promise<string> {
    for (;;) {
      try {
        const version = await calls.run('GetVersion', openMs, () => ask(socket, 'GetVersion'));
        await calls.run('GetSceneList', openMs, () => ask(socket, 'GetSceneList'));
        return (version as { obsVersion: string }).obsVersion;
      } catch (error) {
        const busy = error instanceof StudioError && isNotReady(error.cause);
        if (!busy || mine !== generation) throw error;
        setLink({ state: 'notReady', problem: linkWords.notReady, obsVersion: null });
        await pause(200);
      }
    }
  }

  function beat(socket: ObsSocket, obsVersion: string, ended: () => void): Heartbeat {
    return startHeartbeat({
      clock,
      ask: () =>
        new Promise((answered) => {
          ask(socket, 'GetVersion').then(
            () => answered(),
            // A refusal is an answer too; a lost connection ends by its own event.
            (error: unknown) => error instanceof OBSWebSocketError && answered(),
          );
        }),
      late(late) {
        log.debug({ late }, 'OBS answers late, or does so no more');
        setLink({ state: 'connected', problem: late ? linkWords.slow : null, obsVersion });
      },
      dead() {
        log.warn({}, 'OBS stopped answering');
        ended();
      },
    });
  }

  async function keepConnected(target: ObsTarget, mine: number): Promise<void> {
    let attempt = 0;
    lostAt = -Infinity;
    setLink({ state: 'connecting', problem: linkWords.connecting, obsVersion: null });
    while (mine === generation) {
      const outcome = await session(target, mine);
      if (mine !== generation) return;
      if (outcome === 'used') attempt = 0;
      await pause(
        outcome === 'refused' ? badPasswordMs : backoffMs(reconnect, attempt, ports.random),
      );
      attempt += 1;
    }
  }

  function configure(target: ObsTarget | null): void {
    generation += 1;
    const mine = generation;
    live?.drop();
    wake?.();
    running = running.then(async () => {
      if (mine !== generation) return;
      if (target) await keepConnected(target, mine);
      else setLink({ state: 'off', problem: null, obsVersion: null });
    });
  }

  return {
    link: () => link,
    onLink(listener) {
      linkListeners.add(listener);
      return () => linkListeners.delete(listener);
    },
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    call: (name, data) => calls.call(name, data),
    configure,
    subscribeMeters(wanted) {
      if (meters === wanted) return;
      meters = wanted;
      if (live && link.state === 'connected') {
        const socket = live;
        calls
          .run('Reidentify', openMs, () => socket.setMeters(wanted))
          .catch((error: unknown) =>
            log.warn({ err: error }, 'OBS did not change its subscriptions'),
          );
      }
    },
    async close() {
      configure(null);
      await running;
    },
  };
}

function refusedPassword(error: unknown): boolean {
  const cause = error instanceof StudioError ? error.cause : error;
  return cause instanceof OBSWebSocketError && cause.code === obsAuthenticationFailed;
}
