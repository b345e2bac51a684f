// The page's one line to the studio: holds the state, notices gaps and silence, and sends commands.
import type { Socket } from 'socket.io-client';
import type { CommandInput, CommandName } from '../../../server/contract/commands.ts';
import type {
  ClientToServer,
  CommandAnswer,
  Farewell,
  ServerToClient,
} from '../../../server/contract/socket.ts';
import type { Snapshot, StudioState } from '../../../server/contract/state.ts';
import { applyPatch } from './patch.ts';
import { createServerClock, type ServerClock } from './server-clock.ts';
import { share } from './share.ts';

/** `waiting` for the first picture, `live`, `lost` (no line, or no answer on it), `signedOut`. */
export type LinkStatus = 'waiting' | 'live' | 'lost' | 'signedOut';

/**
 * What the page knows now. `heardAt` is local epoch ms of the last packet; null before the first.
 * `farewell`: the line is lost because the server closed in order; null for any other reason.
 */
export interface LinkView {
  readonly status: LinkStatus;
  readonly state: StudioState | null;
  readonly rev: number;
  readonly heardAt: number | null;
  readonly farewell: Farewell | null;
}

/** Why a command has no answer from the server: it never left, or nobody answered. */
export type LocalFailure = { ok: false; local: 'notSent' | 'noAnswer' };
export type Answer<N extends CommandName> = CommandAnswer<N> | LocalFailure;

export type StudioSocket = Socket<ServerToClient, ClientToServer>;

export interface StudioLink {
  readonly clock: ServerClock;
  view(): LinkView;
  readonly subscribe: (listener: () => void) => () => void;
  /** Sends a command once; never queued while the line is away, so that no press acts late. */
  send<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Answer<N>>;
  /** Says that something was received outside the state (meters, thumbnails). */
  readonly heard: () => void;
  close(): void;
}

export interface LinkPorts {
  readonly socket: StudioSocket;
  /** Local epoch ms. */
  readonly now: () => number;
  /** Calls back every `ms`; returns how to stop. */
  readonly every: (ms: number, fn: () => void) => () => void;
}

/** The server answers within 2 s; beyond this nobody will. */
const answerDeadlineMs = 4000;
/** With nothing heard for this long the page asks for a snapshot, and waits this long for it. */
const silenceMs = 1200;
const probeDeadlineMs = 1500;
/** A line that the server closed or refused, without a word about the session, is tried again after this. */
const refusedRetryMs = 1000;

/** Opens the link on a socket of namespace /studio. */
export function createLink({ socket, now, every }: LinkPorts): StudioLink {
  const clock = createServerClock(now);
  const listeners = new Set<() => void>();
  let view: LinkView = {
    status: 'waiting',
    state: null,
    rev: 0,
    heardAt: null,
    farewell: null,
  };
  /** What a server that closes still tells is its own end: the last state before it stays on the screen. */
  let closing = false;
  let asking = false;
  let refusedAt: number | null = null;

  function show(change: Partial<LinkView>): void {
    view = { ...view, ...change };
    for (const listener of listeners) listener();
  }

  /** Marks life without drawing anything again unless the status changes. */
  function heard(): void {
    if (closing) return;
    const at = now();
    if (view.status === 'lost' && view.state && socket.connected) {
      show({ status: 'live', heardAt: at });
    } else view = { ...view, heardAt: at };
  }

  function adopt(snapshot: Snapshot): void {
    if (closing) return;
    clock.learn(snapshot.now);
    const state = share(view.state, snapshot.state);
    show({ status: 'live', state, rev: snapshot.rev, heardAt: now(), farewell: null });
  }

  function ask(): void {
    if (asking || closing || !socket.connected) return;
    asking = true;
    socket.timeout(probeDeadlineMs).emit('resync', (error: Error | null, snapshot: Snapshot) => {
      asking = false;
      if (!error) adopt(snapshot);
      else if (view.status === 'live') show({ status: 'lost' });
    });
  }

  socket.on('snapshot', adopt);
  socket.on('patch', (patch) => {
    if (closing) return;
    clock.learn(patch.now);
    heard();
    if (!view.state || patch.rev <= view.rev) return;
    if (patch.prevRev !== view.rev) return ask();
    try {
      show({ state: applyPatch(view.state, patch.ops), rev: patch.rev });
    } catch {
      ask();
    }
  });
  socket.on('signedOut', () => show({ status: 'signedOut' }));
  socket.on('closing', (farewell) => {
    closing = true;
    if (view.status !== 'signedOut') show({ status: 'lost', farewell });
  });
  socket.on('connect', () => {
    refusedAt = null;
    closing = false;
  });
  socket.on('disconnect', (reason) => {
    asking = false;
    // The socket does not come back by itself when the server let it go.
    if (reason === 'io server disconnect') refusedAt = now();
    if (view.status === 'live') show({ status: 'lost' });
  });
  socket.on('connect_error', (error) => {
    if (socket.active) return;
    const code = (error as Error & { data?: { code?: unknown } }).data?.code ?? error.message;
    if (code === 'unauthenticated') show({ status: 'signedOut' });
    else refusedAt = now();
  });

  const stop = every(500, () => {
    if (view.status === 'signedOut') return;
    if (refusedAt !== null && now() - refusedAt >= refusedRetryMs) {
      refusedAt = null;
      socket.connect();
    }
    if (view.heardAt !== null && now() - view.heardAt >= silenceMs) ask();
  });

  return {
    clock,
    view: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send(name, input) {
      if (!socket.connected || view.status !== 'live') {
        return Promise.resolve({ ok: false, local: 'notSent' });
      }
      return new Promise((resolve) => {
        type Reply = (error: Error | null, answer: CommandAnswer<typeof name>) => void;
        const reply: Reply = (error, answer) => {
          if (!error) heard();
          resolve(error ? { ok: false, local: 'noAnswer' } : answer);
        };
        // The typed emitter cannot relate a generic name to its own input and acknowledgement.
        const timed: unknown = socket.timeout(answerDeadlineMs);
        (timed as { emit(event: string, name: string, input: unknown, reply: Reply): void }).emit(
          'command',
          name,
          input,
          reply,
        );
      });
    },
    heard,
    close() {
      stop();
      listeners.clear();
      socket.disconnect();
    },
  };
}
