// Why a worker ended, from its last lines and from how far it had come.
import type { OutputCause } from '../../contract/outputs.ts';

/** What is known when a worker has ended by itself. */
export interface Ending {
  /** Its lines on stderr, oldest first, secrets already removed. */
  readonly lines: readonly string[];
  /** Whether the destination had let it publish. */
  readonly published: boolean;
  /** Ms in which it had taken nothing although there was something to send. */
  readonly stuckMs?: number;
}

export interface Verdict {
  readonly cause: OutputCause;
  /** The line that told, without ffmpeg's prefixes; a sentence of our own when none did. */
  readonly detail: string;
}

type Phase = 'before' | 'after' | 'any';

/**
 * First match wins: the precise before the general, since ffmpeg sums most failures up as
 * `Input/output error`. Each pattern was taken from a real failure of ffmpeg 5.1 with libsrt 1.5.
 */
const signs: readonly (readonly [RegExp, Phase, OutputCause])[] = [
  [/No space left on device|Disk quota exceeded/, 'any', 'diskFull'],
  [/Read-only file system|Stale file handle/, 'any', 'folder'],
  [/certificate/i, 'any', 'certificate'],
  [/Failed to resolve hostname|Name or service not known|name resolution/i, 'any', 'unresolved'],
  [/HTTP error 401|Server returned 401/, 'any', 'unauthorized'],
  [/HTTP error 403|Server returned 403/, 'any', 'mountTaken'],
  [/Server error: /, 'before', 'rejected'],
  // SRT: a wrong passphrase, a stream id nobody wants; without an answer it gives up after 3 s.
  [/REJECT reported|rejection HS response/, 'before', 'rejected'],
  [/Connection to srt:\S* failed/, 'before', 'timeout'],
  [/HTTP error 4\d\d|Server returned 4/, 'any', 'rejected'],
  [/Connection timed out/i, 'after', 'stalled'],
  [/Connection timed out|No route to host|Network is unreachable/i, 'any', 'timeout'],
  // A peer that hangs up before the handshake has nobody serving behind it.
  [/Connection refused|Cannot read RTMP handshake response/i, 'before', 'refused'],
  [/Cannot open connection tls:/, 'before', 'unknown'],
  [/Invalid data found|does not contain any stream|matches no streams/i, 'before', 'unknown'],
  [/Input\/output error|Operation not permitted/i, 'before', 'rejected'],
  [/Broken pipe|Connection reset|End of file|Input\/output error/i, 'before', 'rejected'],
  [/Broken pipe|Connection reset|End of file|Input\/output error/i, 'after', 'kicked'],
];

/** Longer than any pause of a destination that works. */
const silentMs = 1500;

/** The cause and the telling line of an ending that nobody ordered. */
export function classify(ending: Ending): Verdict {
  const phase = ending.published ? 'after' : 'before';
  for (const [pattern, when, cause] of signs) {
    if (when !== 'any' && when !== phase) continue;
    const line = ending.lines.find((l) => pattern.test(l));
    if (line === undefined) continue;
    // It broke after a silence: the way there was lost, nobody closed anything.
    const silent = cause === 'kicked' && (ending.stuckMs ?? 0) > silentMs;
    return { cause: silent ? 'stalled' : cause, detail: plain(line) };
  }
  const last = ending.lines.at(-1);
  return { cause: 'unknown', detail: last === undefined ? 'ended without a word' : plain(last) };
}

/** Without `[rtmp @ 0x55…]`, `[error]` and libsrt's clock and thread: they tell a person nothing. */
function plain(line: string): string {
  return line
    .replace(/^(\[[^\]]*\]\s*)+/, '')
    .replace(/^[\d:.]+\/SRT:\S+ (\w+: )?/, '')
    .trim()
    .slice(0, 300);
}
