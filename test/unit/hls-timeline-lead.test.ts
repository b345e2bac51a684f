// The wall's lead over the timeline: replays do not count, lost time does, and dates never jump back.
import { expect, test } from 'vitest';
import { createTimelineLead } from '../../server/air/hls/timeline-lead.ts';

/** Feeds a tag each 100 ms of the wall, and steps at each second; answers the lead at the end. */
function run(
  lead: ReturnType<typeof createTimelineLead>,
  from: number,
  ms: number,
  timeline: (mono: number) => number,
): number {
  for (let mono = from; mono < from + ms; mono += 100) {
    lead.saw(mono, timeline(mono), true);
    if (mono % 1000 === 0) lead.step();
  }
  return lead.ms;
}

test('the newest pictures, replayed at once, are late: the least lead is the true one', () => {
  const lead = createTimelineLead();
  expect(lead.ms).toBe(Infinity);
  for (const time of [1000, 1500, 2000, 2500, 3000]) lead.saw(10_000, time, false);
  expect(lead.ms).toBe(7000);
});

test('time that the timeline lost is lost to the dates too, soon after', () => {
  const lead = createTimelineLead();
  expect(run(lead, 0, 60_000, (mono) => mono)).toBe(0);
  // Half a minute at nine tenths of the pace, then even again: three seconds were lost.
  run(lead, 60_000, 30_000, (mono) => 60_000 + (mono - 60_000) * 0.9);
  expect(run(lead, 90_000, 60_000, (mono) => mono - 3000)).toBe(3000);
});

test('pictures that come sooner than any before move the dates back little by little', () => {
  const lead = createTimelineLead();
  run(lead, 0, 10_000, (mono) => mono - 500);
  const seen: number[] = [];
  for (let from = 10_000; from < 40_000; from += 1000) {
    seen.push(run(lead, from, 1000, (mono) => mono - 400));
  }
  expect(seen.at(-1)).toBe(400);
  for (const [i, ms] of seen.entries()) expect((seen[i - 1] ?? 500) - ms).toBeLessThanOrEqual(20);
});

test('what is too much to walk is jumped, and a wrap is no time lost', () => {
  const lead = createTimelineLead();
  run(lead, 0, 40_000, (mono) => mono);
  expect(run(lead, 40_000, 40_000, (mono) => mono - 20_000)).toBe(20_000);
  const wrapped = createTimelineLead();
  const at = 2 ** 32 - 5000;
  run(wrapped, at, 5000, (mono) => mono);
  expect(run(wrapped, 2 ** 32, 5000, (mono) => mono - 2 ** 32)).toBe(2 ** 32);
});
