// Since when the air has been live, in its own words: through every change of source, not through a break.
import { expect, it } from 'vitest';
import type { AirSource } from '../../server/contract/air.ts';
import { silentLog } from '../../server/core/log.ts';
import { createAir, type Air } from '../../server/air/air.ts';
import { fakeIngest, fakeOutputs, manualClock, order, type ManualClock } from './air-fakes.ts';

/** An air whose bus feeds what the test says, once it runs. */
function rig(): { air: Air; clock: ManualClock; feed: (source: AirSource) => void } {
  const clock = manualClock();
  const log: string[] = [];
  let source: AirSource = 'off';
  let heard = (): void => undefined;
  const air = createAir({
    clock,
    log: silentLog,
    orderFile: {
      read: () => null,
      write: async () => undefined,
      clear: async () => undefined,
      settled: async () => undefined,
    },
    ingest: fakeIngest(log),
    outputs: fakeOutputs(log),
    health: { follow: () => undefined, report: () => null, close: async () => undefined },
    slate: {
      want: () => undefined,
      showing: () => undefined,
      capture: () => 'idle',
      onChange: () => () => undefined,
      close: () => undefined,
    },
    bus: {
      run: () => undefined,
      bypass: () => undefined,
      force: () => undefined,
      encode: () => undefined,
      encoderSlow: () => false,
      poke: () => undefined,
      report: () => ({
        source,
        sourceSince: clock.now(),
        feeding: source === 'live' ? 'program' : source,
        slate: 'rendered',
        cut: null,
        counts: { clamped: 0, rejoined: 0, dropped: 0 },
        late: { program: null, bypass: null },
      }),
      onChange(listener) {
        heard = listener;
        return () => undefined;
      },
      close: () => undefined,
    },
    monitor: () => null,
    stats: () => ({ cpuPercent: 0, memoryMb: 0 }),
    ffmpegVersion: () => null,
  });
  return {
    air,
    clock,
    feed: (next) => {
      source = next;
      heard();
    },
  };
}

it('goes on through slate and program, and begins anew after a break', async () => {
  const { air, clock, feed } = rig();
  await air.accept(order({ live: true }));
  expect(air.report().liveSince).toBeNull();
  clock.advance(1000);
  feed('slate');
  const since = clock.now();
  for (const source of ['live', 'slate', 'live'] as const) {
    clock.advance(60_000);
    feed(source);
    expect(air.report().liveSince).toBe(since);
  }
  await air.accept(order({ rev: 2, live: true }));
  expect(air.report().liveSince).toBe(since);
  feed('off');
  expect(air.report().liveSince).toBeNull();
  clock.advance(5000);
  feed('live');
  expect(air.report().liveSince).toBe(clock.now());
});

it('is not the time of a bus that runs for the radio alone', async () => {
  const { air, clock, feed } = rig();
  await air.accept(order({ live: false }));
  feed('live');
  expect(air.report().liveSince).toBeNull();
  clock.advance(3_600_000);
  await air.accept(order({ rev: 2, live: true }));
  expect(air.report().liveSince).toBe(clock.now());
  await air.accept(order({ rev: 3, live: false }));
  expect(air.report().liveSince).toBeNull();
});
