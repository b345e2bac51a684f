// A program that is delivered late: air's report, the state, the alarm, and the one alarm it takes the place of.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { airReport } from '../../server/contract/air-link.ts';
import { createFrameAlarms } from '../../server/switcher/encoder-alarm.ts';
import { airBench, type AirBench } from './air-service-bench.ts';
import { closeAir, connected } from './air-service-steps.ts';
import { alarmsUp } from './outputs-bench.ts';
import { idleReport } from './outputs-samples.ts';

let t: AirBench;
beforeEach(async () => {
  t = await airBench();
});
afterEach(() => closeAir(t));

async function lateFor(ms: number, programLateMs: number | null): Promise<void> {
  for (let spent = 0; spent < ms; spent += 500) {
    t.report({ source: 'live', feeding: 'program', programLateMs });
    await t.clock.advance(500);
  }
}

it('an air that says so makes the state and, when it lasts, the alarm', async () => {
  await connected(t);
  await lateFor(4500, 8600);
  expect(t.store.get().air).toMatchObject({ programLateMs: 8600, bypassLateMs: null });
  expect(alarmsUp(t.store)).not.toContain('air-late');
  await lateFor(2000, 8600);
  expect(t.store.get().alarms['air-late']).toMatchObject({
    severity: 'warning',
    text: 'El programa sale 9 s tarde: el equipo de OBS no alcanza a codificar.',
    clearedAt: null,
  });
  await lateFor(1000, 1000);
  expect(alarmsUp(t.store)).not.toContain('air-late');
});

it('an air of before says nothing, and nothing is claimed', async () => {
  const { programLateMs: _, bypassLateMs: __, ...before } = idleReport(1);
  expect(airReport.parse(before)).toMatchObject({ programLateMs: null, bypassLateMs: null });
});

it('frames that OBS skips are no second alarm while the program is late for it', () => {
  const up = new Set<string>();
  let late = false;
  const saw = createFrameAlarms(
    { raise: (id) => void up.add(id), clear: (id) => void up.delete(id) },
    () => late,
  );
  let at = 0;
  const poll = (seconds: number): string[] => {
    for (let n = 0; n < seconds; n += 2) {
      at += 2000;
      const frames = at * 0.03;
      const lost = frames * 0.1;
      saw({
        at,
        drawn: frames,
        drawSkipped: 0,
        encoded: frames,
        encodeSkipped: lost,
        sent: frames,
        dropped: lost,
      });
    }
    return [...up].toSorted();
  };
  expect(poll(40)).toEqual(['obs-frames-machine', 'obs-frames-network']);
  late = true;
  expect(poll(2)).toEqual(['obs-frames-network']);
  late = false;
  expect(poll(2)).toEqual(['obs-frames-machine', 'obs-frames-network']);
});
