// Which feed the scene Campo shows, and what its media source should play. Pure.
import type { UnitRunState } from '../contract/field.ts';

/** A feed that may be shown, in the order in which automation prefers them. */
export interface Candidate {
  readonly id: string;
  readonly state: UnitRunState;
  /** Since when it has that state, epoch ms. */
  readonly since: number;
}

/** What is shown; `by` is a login name, or `automatic`. */
export interface Shown {
  readonly feed: string;
  readonly by: string;
}

const automatic = 'automatic';

/** Short silences are ridden out on the same feed. */
const muteGraceMs = 2000;

const sends = (c: Candidate): boolean => c.state === 'live' || c.state === 'degraded';

/**
 * The feed to show from now on. Automation takes the first live one when the shown one is not live,
 * never steals from a live one, and lets a person's choice stand until that feed is off (lost for
 * ten minutes) or gone.
 */
export function chooseFeed(
  shown: Shown | null,
  feeds: readonly Candidate[],
  now: number,
): Shown | null {
  const present = shown ? feeds.find((f) => f.id === shown.feed) : undefined;
  if (shown && present) {
    if (sends(present)) return shown;
    if (present.state === 'mute' && now - present.since < muteGraceMs) return shown;
    if (shown.by !== automatic && present.state !== 'off') return shown;
  }
  const other = feeds.find(sends);
  if (other) return { feed: other.id, by: automatic };
  return present ? shown : null;
}

/**
 * The feed the media source should play now, or null for none. Nothing is played of a feed that
 * stopped sending: OBS would hold its last frame as if it were live. `playing` is what it plays.
 */
export function feedToPlay(
  shown: Shown | null,
  feeds: readonly Candidate[],
  playing: string | null,
  now: number,
): string | null {
  const feed = shown ? feeds.find((f) => f.id === shown.feed) : undefined;
  if (!feed) return null;
  if (sends(feed)) return feed.id;
  const short = feed.state === 'mute' && now - feed.since < muteGraceMs;
  return short && playing === feed.id ? feed.id : null;
}
