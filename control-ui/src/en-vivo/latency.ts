// What the page says of how late its picture is, and whether to offer the way back. Pure.
import { lateFrom } from './live-keeper.ts';

/** Where the player is in what it was given; null where the browser plays by itself and does not tell. */
export interface Edge {
  /** Seconds between the picture on screen and the newest there is. */
  readonly behind: number;
  /** How many of them the player means to keep. */
  readonly target: number | null;
}

/** Clocks of two machines may disagree: what cannot be is not said, s. */
const least = 0.2;
const most = 120;
/** Dates that put even the newest picture this long ago are wrong, or nothing here can mend it, s. */
const doubtful = 5;

/** Seconds since the picture left the studio, by its date; null when that is not to be believed. */
export function latencyShown(byDate: number | null, edge: Edge | null): number | null {
  if (byDate === null || byDate <= least || byDate >= most) return null;
  return edge !== null && Math.abs(byDate - edge.behind) > doubtful ? null : byDate;
}

/** Whether a press on "go to live" would bring anything. */
export function mayGoLive(byDate: number | null, edge: Edge | null): boolean {
  if (edge !== null) return edge.behind >= lateFrom(edge.target);
  const shown = latencyShown(byDate, null);
  return shown !== null && shown >= lateFrom(null);
}
