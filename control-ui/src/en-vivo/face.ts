// What the page says of the signal, from what the server tells and what the player does. Pure.
import { backText, otherZone, type Guide, type Wall } from './guide.ts';
import type { Words } from './words.ts';

/** What the server last said: `unknown` before its first answer, `away` when it does not answer. */
export type ServerSays = 'unknown' | 'live' | 'starting' | 'interrupted' | 'off' | 'away';
/** What the player does: `blocked` waits for a person's press, `lost` waits to try again. */
export type PlayerIs = 'idle' | 'connecting' | 'playing' | 'blocked' | 'lost' | 'unsupported';
export type Phase = 'opening' | 'connecting' | 'live' | 'lost' | 'off' | 'unsupported';

/** Pictures that move are the truth, whatever the server says or does not say. */
export function phaseOf(server: ServerSays, player: PlayerIs): Phase {
  if (player === 'playing' || player === 'blocked') return 'live';
  if (player === 'unsupported' && server === 'live') return 'unsupported';
  if (server === 'off') return 'off';
  if (player === 'lost' || server === 'interrupted' || server === 'away') return 'lost';
  return server === 'unknown' ? 'opening' : 'connecting';
}

export interface Card {
  readonly title: string;
  readonly more: string;
  readonly note: string;
}

export interface CardFacts {
  readonly phase: Phase;
  readonly guide: Guide;
  /** Epoch ms by the station's clock. */
  readonly now: number;
  readonly wall: Wall;
  readonly city: string;
  /** The viewer's zone, and whether the browser has a network at all. */
  readonly ownZone: string | undefined;
  readonly online: boolean;
}

/** What stands on the screen while there are no pictures; null while there are. */
export function cardOf(facts: CardFacts, words: Words): Card | null {
  const { say } = words;
  const { guide, now, wall } = facts;
  switch (facts.phase) {
    case 'live':
      return null;
    case 'opening':
      return { title: say('opening'), more: say('openingMore'), note: '' };
    case 'connecting':
      return { title: say('connectingTitle'), more: withTitle(guide.present?.title), note: '' };
    case 'lost':
      return {
        title: say('lostTitle'),
        more: say(facts.online ? 'lostMore' : 'offlineMore'),
        note: '',
      };
    case 'unsupported':
      return { title: say('unsupported'), more: say('unsupportedMore'), note: '' };
    default: {
      // A programme that should have begun by now has not; what comes after it is no news.
      const late = guide.present !== null && now - guide.present.start < lateMs;
      if (late) return { title: say('backSoon'), more: withTitle(guide.present?.title), note: '' };
      if (!guide.next) return { title: say('off'), more: say('offMore'), note: '' };
      const note = otherZone(now, wall, facts.ownZone) ? say('zone', { city: facts.city }) : '';
      const more = withTitle(guide.next.title);
      return { title: backText(guide.next, now, wall, words), more, note };
    }
  }

  function withTitle(title: string | undefined): string {
    return title === undefined ? '' : say('with', { title });
  }
}

/** How long a planned programme counts as about to begin, ms. */
const lateMs = 10 * 60_000;
