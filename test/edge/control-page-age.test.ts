// The age of the program's picture on the operator's page: the way from air, and how late it came to air.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBus } from '../../server/air/bus/bus.ts';
import { createMonitorServer } from '../../server/air/bus/monitor-http.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { lateWords } from '../../server/outputs/late-alarm.ts';
import { until } from '../kit/until.ts';
import { noSlate, openDoor } from './bus-rig.ts';
import { startControlPage, type ControlPage } from './control-page-rig.ts';
import { onAir, sampleAlarm } from './control-page-states.ts';

const clock = systemClock();
const token = 'monitor-token-of-this-test';
const ends: (() => unknown)[] = [];
let studio: ControlPage;
let monitor = '';

beforeAll(async () => {
  const door = await openDoor();
  const bus = createBus({
    clock,
    log: silentLog,
    random: Math.random,
    program: () => ({ url: door.url, headers: {} }),
    bypass: () => null,
    slate: noSlate,
  });
  const server = await createMonitorServer({ clock, log: silentLog, tap: bus.tap, token });
  ends.push(
    () => door.close(),
    () => bus.close(),
    () => server.close(),
  );
  monitor = `http://127.0.0.1:${server.port}/bus.flv?t=${token}`;
  door.publish();
  bus.run(true);
  studio = await startControlPage({ monitorUrl: () => monitor });
});
afterAll(async () => {
  await studio?.close();
  for (const end of ends.toReversed()) await end();
});

/** Seconds that the monitor says, whichever way; null while it says nothing. */
async function age(page: Page): Promise<number | null> {
  const said = await page.getByTestId('monitor-lag').allTextContents();
  const figure = /[\d.,]+/.exec(said[0] ?? '')?.[0];
  return figure === undefined ? null : Number(figure.replace(',', '.'));
}

it('counts what came late to air, in the colour of a warning, while the program is what goes out', async () => {
  const program = (programLateMs: number) =>
    studio.show((state) => {
      onAir(state);
      Object.assign(state.air, { feeding: 'program', programLateMs });
      if (programLateMs === 0) return;
      const { severity, what, advice } = lateWords(8, false);
      state.alarms['air-late'] = sampleAlarm({
        id: 'air-late',
        severity,
        text: what.es,
        textEn: what.en,
        advice: advice.es,
        adviceEn: advice.en,
      });
    });
  program(0);
  const page = await studio.open(1920, 1080);
  await until(
    'the picture has an age of its own',
    async () => ((await age(page)) ?? 99) < 3,
    60_000,
  );
  const lag = page.getByTestId('monitor-lag');
  expect(await lag.getAttribute('class')).not.toContain('warn');

  program(7800);
  await until('it is older by that', async () => ((await age(page)) ?? 0) >= 7);
  // Once, not twice.
  expect(await age(page)).toBeLessThan(15);
  expect(await lag.getAttribute('class')).toContain('warn');
  await page.getByText('El programa sale 8 s tarde').first().waitFor();
  const phone = await studio.open(360, 640);
  await phone.locator('.picture-age').first().waitFor();

  studio.show((state) => {
    state.air.feeding = 'slate';
  });
  await until('air’s own slate is not late', async () => ((await age(page)) ?? 99) < 3);
});
