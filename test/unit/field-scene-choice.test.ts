// Which feed the scene Campo shows and plays.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseFeed,
  feedToPlay,
  type Candidate,
  type Shown,
} from '../../server/field/scene-choice.ts';

const now = 1_000_000;
const feed = (id: string, state: Candidate['state'], age = 60_000): Candidate => ({
  id,
  state,
  since: now - age,
});
const auto = (id: string): Shown => ({ feed: id, by: 'automatic' });
const person = (id: string): Shown => ({ feed: id, by: 'ana' });

describe('chooseFeed', () => {
  it.each<[string, Shown | null, Candidate[], Shown | null]>([
    ['nothing is live', null, [feed('a', 'off'), feed('b', 'lost')], null],
    [
      'the first live one',
      null,
      [feed('a', 'off'), feed('b', 'live'), feed('c', 'live')],
      auto('b'),
    ],
    ['never steals from a live one', auto('c'), [feed('a', 'live'), feed('c', 'live')], auto('c')],
    ['nor from a degraded one', auto('c'), [feed('a', 'live'), feed('c', 'degraded')], auto('c')],
    [
      'rides out a short silence',
      auto('a'),
      [feed('a', 'mute', 1500), feed('b', 'live')],
      auto('a'),
    ],
    ['leaves a longer one', auto('a'), [feed('a', 'mute', 2500), feed('b', 'live')], auto('b')],
    ['leaves a lost one', auto('a'), [feed('a', 'lost', 0), feed('b', 'live')], auto('b')],
    ['stays when there is no other', auto('a'), [feed('a', 'lost'), feed('b', 'off')], auto('a')],
    [
      "a person's choice stands while lost",
      person('a'),
      [feed('a', 'lost'), feed('b', 'live')],
      person('a'),
    ],
    ['until it is off', person('a'), [feed('a', 'off'), feed('b', 'live')], auto('b')],
    ['or removed', person('a'), [feed('b', 'live')], auto('b')],
    ['forgets what was removed', auto('a'), [feed('b', 'off')], null],
  ])('%s', (_, shown, feeds, next) => {
    expect(chooseFeed(shown, feeds, now)).toEqual(next);
  });
});

describe('feedToPlay', () => {
  it('plays only what sends; a short silence goes on, a longer one is cleared', () => {
    expect(feedToPlay(auto('a'), [feed('a', 'live')], null, now)).toBe('a');
    expect(feedToPlay(auto('a'), [feed('a', 'mute', 1500)], 'a', now)).toBe('a');
    expect(feedToPlay(auto('a'), [feed('a', 'mute', 1500)], null, now)).toBeNull();
    expect(feedToPlay(auto('a'), [feed('a', 'mute', 2500)], 'a', now)).toBeNull();
    expect(feedToPlay(auto('a'), [feed('a', 'lost', 0)], 'a', now)).toBeNull();
    expect(feedToPlay(null, [feed('a', 'live')], 'a', now)).toBeNull();
  });

  it('whatever happens, never plays a feed that is lost or off', () => {
    const ids = ['a', 'b', 'c'];
    const feeds = fc.tuple(
      ...ids.map((id) =>
        fc.record<Candidate>({
          id: fc.constant(id),
          state: fc.constantFrom('off', 'live', 'degraded', 'mute', 'lost'),
          since: fc.integer({ min: now - 5000, max: now }),
        }),
      ),
    );
    fc.assert(
      fc.property(
        fc.array(feeds, { maxLength: 20 }),
        fc.option(fc.constantFrom(...ids)),
        (steps, pinned) => {
          let shown: Shown | null = pinned === null ? null : person(pinned);
          let playing: string | null = null;
          for (const list of steps) {
            const before: Shown | null = shown;
            const was = list.find((f) => f.id === before?.feed);
            shown = chooseFeed(shown, list, now);
            if (was && (was.state === 'live' || was.state === 'degraded'))
              expect(shown).toBe(before);
            playing = feedToPlay(shown, list, playing, now);
            const plays = list.find((f) => f.id === playing);
            if (plays) expect(['live', 'degraded', 'mute']).toContain(plays.state);
          }
        },
      ),
    );
  });
});
