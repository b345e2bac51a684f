// The control surface on socket.io namespace /studio: a snapshot, then patches; commands in, one answer each.
import type { Namespace, Socket } from 'socket.io';
import { watchInput, type Farewell, type Meters, type ServerToClient } from '../contract/socket.ts';
import type { Snapshot } from '../contract/state.ts';
import type { Access, Principal } from '../access/access.ts';
import type { Clock } from '../core/clock.ts';
import { toFailure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { StateStore } from '../core/state-store.ts';
import { credentials, hostName } from './credentials.ts';
import { tooMany, unauthenticated, type Dispatch } from './dispatch.ts';
import { tokenBuckets } from './token-bucket.ts';

/** High-rate signals, produced only while somebody watches. Each call returns how to stop. */
export interface Signals {
  /** `jpeg` is one picture of `scene`, `at` epoch ms. */
  watchThumbnails(listener: (scene: string, jpeg: Uint8Array, at: number) => void): () => void;
  watchMeters(listener: (meters: Meters) => void): () => void;
}

export interface HubPorts {
  readonly namespace: Namespace;
  readonly access: Pick<Access, 'authenticate' | 'arrive' | 'onSessionEnd'>;
  readonly dispatch: Dispatch;
  readonly state: StateStore;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Hub {
  /** Screens connected now. */
  count(): number;
  /** Tells every screen, the ones that come from now on too, that the server closes in order. */
  farewell(farewell: Farewell): void;
  close(): void;
}

// Nothing a client sends is trusted to have the types of the contract.
type Untrusted = Record<'command' | 'resync' | 'watch', (...args: unknown[]) => void>;
type Screen = Socket<Untrusted, ServerToClient, Record<string, never>, { principal?: Principal }>;

const ready = 'ready';
/** Packets waiting for one stalled screen before it is let go; it will come back for a snapshot. */
const maxWaiting = 2000;
const maxPending = 64;

/** Serves the namespace until `close`. */
export function createHub(ports: HubPorts): Hub {
  const { state, access, dispatch, clock, log } = ports;
  const studio = ports.namespace as Namespace<Untrusted, ServerToClient>;
  const screens = new Set<Screen>();
  const watching = {
    thumbnails: watcher(() =>
      ports.signals.watchThumbnails((scene, jpeg, at) => {
        studio.to('thumbnails').volatile.emit('thumbnail', scene, Buffer.from(jpeg) as never, at);
      }),
    ),
    meters: watcher(() =>
      ports.signals.watchMeters((meters) => {
        studio.to('meters').volatile.emit('meters', meters);
      }),
    ),
  };
  let closing: Farewell | null = null;
  const resyncs = tokenBuckets(() => clock.mono(), 4, 20);

  studio.use((socket, next) => {
    const { auth, headers } = socket.handshake;
    const given = (auth as { token?: unknown } | null)?.token;
    const token = typeof given === 'string' ? given : credentials(headers)?.token;
    const principal = token === undefined ? null : access.authenticate(token);
    if (principal) {
      (socket as unknown as Screen).data.principal = principal;
      next();
    } else {
      next(Object.assign(new Error('unauthenticated'), { data: toFailure(unauthenticated()) }));
    }
  });

  const snapshot = (): Snapshot => {
    const rev = state.flush();
    return { rev, state: state.get(), now: clock.now() };
  };

  // Encoded once for everybody: socket.io's adapter shares the frame between all sockets of the room.
  const unsubscribe = state.subscribe(({ prevRev, rev, ops }) => {
    studio.to(ready).emit('patch', { prevRev, rev, ops, now: clock.now() });
  });

  studio.on('connection', (connected) => {
    const socket = connected as unknown as Screen;
    const { principal } = socket.data;
    if (principal) serve(socket, principal);
    else socket.disconnect(true);
  });

  function serve(socket: Screen, principal: Principal): void {
    const host = hostName(socket.handshake.headers.host);
    const leave = access.arrive(principal.user);
    let pending = 0;
    let ended = false;
    screens.add(socket);
    socket.emit('snapshot', snapshot());
    if (closing) socket.emit('closing', closing);
    void socket.join(ready);

    const endSession = (): void => {
      if (ended) return;
      ended = true;
      void socket.leave(ready);
      watch(false, false);
      socket.emit('signedOut');
      // Somebody changing their own password still gets the answer; it comes within 2 s.
      if (pending === 0) socket.disconnect(true);
    };
    const stopListening = access.onSessionEnd((session) => {
      if (session === principal.session) endSession();
    });
    const watch = (thumbnails: boolean, meters: boolean): void => {
      for (const [room, wanted] of [
        ['thumbnails', thumbnails],
        ['meters', meters],
      ] as const) {
        watching[room].set(socket.id, wanted);
        void (wanted ? socket.join(room) : socket.leave(room));
      }
    };
    const command = async (name: unknown, input: unknown, ack: unknown): Promise<void> => {
      if (typeof ack !== 'function') return;
      const reply = ack as (answer: unknown) => void;
      if (pending >= maxPending) {
        const failure = toFailure(tooMany(clock.now() + 1000));
        return reply({ ok: false, ...failure, rev: state.rev() });
      }
      pending += 1;
      try {
        reply(await dispatch({ session: principal.session, host }, name, input));
      } catch (error) {
        log.error({ err: error }, 'answer not sent');
      } finally {
        pending -= 1;
        if (ended && pending === 0) socket.disconnect(true);
      }
    };

    socket.on('command', (name, input, ack) => void command(name, input, ack));
    socket.on('resync', (ack) => {
      if (typeof ack !== 'function' || ended || resyncs.take(socket.id) > 0) return;
      (ack as (snapshot: Snapshot) => void)(snapshot());
    });
    socket.on('watch', (input) => {
      const wanted = watchInput.safeParse(input);
      if (wanted.success && !ended) watch(wanted.data.thumbnails, wanted.data.meters);
    });
    socket.on('disconnect', () => {
      screens.delete(socket);
      stopListening();
      watching.thumbnails.set(socket.id, false);
      watching.meters.set(socket.id, false);
      resyncs.forget(socket.id);
      leave();
    });
  }

  const stopChecking = clock.every(1000, () => {
    for (const socket of screens) {
      const waiting =
        (socket.conn as unknown as { writeBuffer?: unknown[] }).writeBuffer?.length ?? 0;
      if (waiting <= maxWaiting) continue;
      log.warn({ user: socket.data.principal?.user, waiting }, 'stalled screen let go');
      socket.disconnect(true);
    }
  });

  return {
    count: () => screens.size,
    farewell(farewell) {
      closing = farewell;
      state.flush();
      studio.to(ready).emit('closing', farewell);
    },
    close() {
      unsubscribe();
      stopChecking();
      watching.thumbnails.close();
      watching.meters.close();
    },
  };
}

/** Keeps a source running exactly while at least one id wants it. */
function watcher(start: () => () => void): {
  set(id: string, wanted: boolean): void;
  close(): void;
} {
  const ids = new Set<string>();
  let stop: (() => void) | null = null;
  return {
    set(id, wanted) {
      if (wanted) ids.add(id);
      else ids.delete(id);
      if (ids.size > 0) stop ??= start();
      else {
        stop?.();
        stop = null;
      }
    },
    close() {
      ids.clear();
      stop?.();
      stop = null;
    },
  };
}
