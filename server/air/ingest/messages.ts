// What the ingest's parent and child say to each other over their IPC channel.
import type { StreamFacts } from '../../contract/air.ts';
import type { IngestSettings, Refusal } from './guard.ts';
import type { IngestLimits } from './limits.ts';

/** Parent → child. Keys travel only here: never in arguments, environment or files. */
export type ToChild =
  | {
      readonly t: 'start';
      readonly storeDir: string;
      /** Address the RTMP port listens on; null for all. */
      readonly host: string | null;
      readonly limits: IngestLimits;
      readonly settings: IngestSettings;
    }
  | { readonly t: 'apply'; readonly settings: IngestSettings };

/** Why a publishing session ended inside the child. */
export type EndReason = 'closed' | 'idle' | 'revoked';

/** One path with a publisher, or that had one. Times as ages, so that both sides may have other clocks. */
export interface PathReport {
  /** Publishing session, counted up; null while nobody publishes. */
  readonly session: number | null;
  readonly connectedMs: number | null;
  readonly lastPacketMs: number | null;
  readonly remote: string | null;
  readonly stream: StreamFacts | null;
  /** The newest end on this path and how long ago; `n` counts them. */
  readonly end: { readonly n: number; readonly reason: EndReason; readonly ageMs: number } | null;
}

/** Child → parent: `hello` once its code is loaded, then everything it knows, whole. */
export type FromChild =
  | { readonly t: 'hello' }
  | {
      readonly t: 'report';
      /** The RTMP port: listening, not yet, or taken by another process (`detail`: the system's code). */
      readonly listening: 'starting' | 'up' | 'busy';
      readonly detail: string | null;
      /** The port that `listening` speaks of. */
      readonly rtmpPort: number;
      readonly httpPort: number | null;
      /** Turned away since this child began. */
      readonly refused: number;
      /** The newest ones, for the log; bounded. */
      readonly refusals: readonly { readonly reason: Refusal; readonly remote: string }[];
      readonly paths: Readonly<Record<string, PathReport>>;
    };

/** The child's report alone. */
export type ChildReport = Extract<FromChild, { t: 'report' }>;
