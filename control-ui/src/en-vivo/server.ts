// Asks the server, again and again, whether there is something to watch and what the guide says.
import type { PublicLive } from '../../../server/contract/public-live.ts';
import { listingsIn, type Listing } from './guide.ts';
import { retryMs } from './retry.ts';
import type { ServerSays } from './face.ts';

export interface ServerView {
  readonly says: ServerSays;
  /** The last answer; null before the first. */
  readonly live: PublicLive | null;
  readonly listings: readonly Listing[];
}

export interface Server {
  readonly view: ServerView;
  /** Epoch ms by the station's clock. */
  stationNow(): number;
  /** Epoch ms by the server's own clock. */
  utcNow(): number;
  /** Asks now instead of at the next turn. */
  ask(): void;
}

const liveMs = 12_000;
const waitingMs = 4000;
const guideMs = 60_000;
const answerMs = 8000;
/** One answer that fails may be a cable or a restart; the pictures tell sooner. */
const awayAfter = 2;

/** Begins to ask; `changed` is called after each answer. */
export function watchServer(changed: () => void): Server {
  let view: ServerView = { says: 'unknown', live: null, listings: [] };
  /** Server's clocks minus ours, measured at the quickest answer. */
  let clock = { utc: 0, station: 0, roundTrip: Infinity };
  let failures = 0;
  let timer = 0;
  let guideAt = -Infinity;

  async function json(url: string): Promise<unknown> {
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  async function askLive(): Promise<void> {
    const from = performance.now();
    const live = (await json('/api/v1/public/live.json')) as PublicLive;
    const to = performance.now();
    // Grows a little with each answer, so that a clock that was set is followed.
    const roundTrip = Math.min(to - from, clock.roundTrip * 1.2 + 5);
    if (to - from <= roundTrip) {
      const mine = performance.timeOrigin + (from + to) / 2;
      clock = { utc: live.utc - mine, station: live.now - mine, roundTrip };
    } else clock = { ...clock, roundTrip };
    view = { ...view, says: live.state, live };
  }

  async function askGuide(): Promise<void> {
    if (performance.now() - guideAt < guideMs) return;
    view = { ...view, listings: listingsIn(await json('/api/v1/public/schedule.json')) };
    guideAt = performance.now();
  }

  async function turn(): Promise<void> {
    try {
      await askLive();
      failures = 0;
    } catch {
      failures += 1;
      if (failures >= awayAfter || view.live === null) view = { ...view, says: 'away' };
    }
    // Without the guide the page says less, and plays all the same.
    if (failures === 0) await askGuide().catch(() => undefined);
    changed();
    const jitter = 0.8 + 0.4 * Math.random();
    const wait =
      failures > 0
        ? retryMs(failures - 1, Math.random)
        : (view.says === 'live' ? liveMs : waitingMs) * jitter;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void turn(), wait);
  }

  function ask(): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void turn(), 0);
  }
  ask();
  const ours = (): number => performance.timeOrigin + performance.now();
  return {
    get view() {
      return view;
    },
    stationNow: () => ours() + clock.station,
    utcNow: () => ours() + clock.utc,
    ask,
  };
}
