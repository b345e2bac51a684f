// The typed events of the socket.io namespace /studio.
import { z } from 'zod';
import { failure } from './failures.ts';
import type { CommandInput, CommandName, CommandOutput } from './commands.ts';
import type { Snapshot, StatePatch } from './state.ts';

/** The one answer to a command, on the socket and over REST. */
export type CommandAnswer<N extends CommandName = CommandName> =
  | { ok: true; output: CommandOutput<N>; rev: number }
  | ({ ok: false; rev: number } & z.infer<typeof failure>);

/** What a client wants of the high-rate signals that travel outside the state. */
export const watchInput = z.strictObject({ thumbnails: z.boolean(), meters: z.boolean() });
export type WatchInput = z.infer<typeof watchInput>;

/** Peak per channel of each input, dBFS (−100 = silence). */
export type Meters = Record<string, number[]>;

/** What becomes of the broadcast when the server closes in order. */
export type Farewell = 'airEnds' | 'airGoesOn';

export interface ServerToClient {
  snapshot: (snapshot: Snapshot) => void;
  patch: (patch: StatePatch) => void;
  /** Volatile, about 10 a second, only after `watch`. */
  meters: (meters: Meters) => void;
  /** Volatile: one JPEG of one scene, only after `watch`. */
  thumbnail: (scene: string, jpeg: ArrayBuffer, at: number) => void;
  /** The session ended: sign in again. */
  signedOut: () => void;
  /** The server closes in order: what comes after this, until another snapshot, is its own end. */
  closing: (farewell: Farewell) => void;
}

export interface ClientToServer {
  command: <N extends CommandName>(
    name: N,
    input: CommandInput<N>,
    ack: (answer: CommandAnswer<N>) => void,
  ) => void;
  /** After a gap in revisions. */
  resync: (ack: (snapshot: Snapshot) => void) => void;
  watch: (input: WatchInput) => void;
}
