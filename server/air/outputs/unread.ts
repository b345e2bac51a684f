// Whether a destination's server reads what its kernel takes for it: a frozen one takes on for as long
// as its window has room, for seconds after a first burst has widened it. Pure.
import type { TcpWindow } from './tcp-windows.ts';

/** What was seen of one connection; times are monotonic ms. */
export interface Unread {
  /** Where it stood when its server was last seen to read. */
  readonly mark: TcpWindow;
  /** The look before this one. */
  readonly last: { readonly at: number; readonly acked: number };
  /** How long its kernel has been given media since, without any being read. */
  readonly ms: number;
}

/**
 * Of a server that reads, what it may be sent moves on as fast as what it has taken; of one that
 * stands still, by 3 % of it in segments of 64 kB and by a third in those of 1500 bytes, which take
 * less room together than their kernel reckoned. Measured with Linux 6.18 as receiver.
 */
const readShare = 0.45;
/** Less than this may be one picture that was taken and is about to be read. */
const enoughBytes = 64 * 1024;

/**
 * After one more look (`now`); null until there was one. A look that gave nothing changes nothing: a
 * starved machine answers late, and must not wipe out what was seen.
 */
export function nextUnread(
  before: Unread | null,
  look: TcpWindow | null,
  now: number,
): Unread | null {
  if (!look) return before;
  const last = { at: now, acked: look.acked };
  const fresh = { mark: look, last, ms: 0 };
  if (!before || look.acked < before.mark.acked) return fresh;
  const taken = look.acked - before.mark.acked;
  const freed = look.acked + look.window - (before.mark.acked + before.mark.window);
  if (taken === 0 || freed > taken * readShare) return fresh;
  // While nothing goes, for want of program or of a way, nobody can be seen not to read it.
  const went = look.acked > before.last.acked;
  return { mark: before.mark, last, ms: before.ms + (went ? now - before.last.at : 0) };
}

/** For how long it has read nothing, ms; 0 until enough was taken to know. */
export function unreadMs({ mark, last, ms }: Unread): number {
  return last.acked - mark.acked < enoughBytes ? 0 : ms;
}
