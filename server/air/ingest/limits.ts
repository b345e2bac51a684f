// How much of anything a stranger, a publisher or a player may take of the ingest.

/** Times in ms, sizes in bytes, the rest counts. */
export interface IngestLimits {
  /** A connection that has not begun to publish or play by then is closed. */
  readonly pendingMs: number;
  /** A publisher without a media packet for this long loses its path. */
  readonly idleMs: number;
  /** A publisher silent for this long gives way at once to another with the right key. */
  readonly takeoverMs: number;
  /** A player that leaves more than this unread, at two looks running, is closed. */
  readonly playerBacklog: number;
  /** Connections at a time from one remote address (an IPv6 /64 counts as one). */
  readonly perRemote: number;
  /** Connections at a time from everywhere but this machine. */
  readonly total: number;
  /** Connections at a time from this machine: OBS must never be locked out by strangers. */
  readonly local: number;
  /** Largest media message of an admitted publisher. */
  readonly mediaMessage: number;
  /** Largest message of anybody else, and largest command or metadata message of all. */
  readonly otherMessage: number;
  /** Message buffers of one admitted publisher together. */
  readonly sessionBuffers: number;
  /** Chunk streams one connection may open. */
  readonly chunkStreams: number;
  /** Newest group of pictures kept for joins; a longer one is not kept. */
  readonly gop: number;
}

/** The station's limits; tests tighten single ones. */
export const defaultLimits: IngestLimits = {
  pendingMs: 10_000,
  idleMs: 10_000,
  takeoverMs: 2_000,
  playerBacklog: 8 * 2 ** 20,
  perRemote: 32,
  total: 256,
  local: 256,
  mediaMessage: 8 * 2 ** 20,
  otherMessage: 64 * 2 ** 10,
  sessionBuffers: 24 * 2 ** 20,
  chunkStreams: 64,
  gop: 12 * 2 ** 20,
};
