// What /en-vivo says of how late its picture is, and when it offers the way back.
import { expect, it } from 'vitest';
import { latencyShown, mayGoLive } from '../../control-ui/src/en-vivo/latency.ts';

const edge = (behind: number, target: number | null = 2) => ({ behind, target });

it.each([
  ['as the dates say', 2.4, edge(1.6), 2.4],
  ['as the dates say, where the player does not tell', 2.4, null, 2.4],
  ['nothing before there is a date', null, edge(1.6), null],
  ['nothing of a picture from the future', -3, edge(1.6), null],
  ['nothing of clocks that disagree', 4000, null, null],
  // A source that loses time makes its dates older and older: the picture itself is the newest there is.
  ['nothing where even the newest picture would be old', 44, edge(1.2), null],
])('says %s', (_what, byDate, at, shown) => {
  expect(latencyShown(byDate, at)).toBe(shown);
});

it('offers the way back only where there is something nearer', () => {
  expect(mayGoLive(12, edge(11))).toBe(true);
  expect(mayGoLive(3, edge(2))).toBe(false);
  expect(mayGoLive(44, edge(1.2))).toBe(false);
  // A player that means to be seven seconds behind is not late at nine.
  expect(mayGoLive(9, edge(9, 7))).toBe(false);
  expect([mayGoLive(9, null), mayGoLive(5, null), mayGoLive(null, null)]).toEqual([
    true,
    false,
    false,
  ]);
});
