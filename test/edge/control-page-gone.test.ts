// What the operator's page says when its server was closed in order, when it was lost, and when OBS is slow.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkWords } from '../../server/switcher/words.ts';
import { until } from '../kit/until.ts';
import { startControlPage, type ControlPage } from './control-page-rig.ts';
import { onAir, sampleAlarm } from './control-page-states.ts';

let studio: ControlPage;
beforeAll(async () => {
  studio = await startControlPage();
  studio.show(onAir);
});
afterAll(() => studio?.close());

it('a slow OBS is marked, and neither covered nor out of reach', async () => {
  const page = await studio.open(1920, 1080);
  await page.getByTestId('on-air').waitFor();
  const { slow } = linkWords;
  studio.show((state) => {
    state.switcher.problem = { text: slow.es, textEn: slow.en };
  });
  await page.getByTestId('obs-slow').first().waitFor();
  expect(await page.locator('.picture-cover').count()).toBe(0);
  expect(await page.getByTestId('take').getAttribute('aria-disabled')).toBe('false');
  studio.show((state) => {
    state.switcher.problem = null;
  });
  await until('the mark is gone', async () => (await page.getByTestId('obs-slow').count()) === 0);
  await page.close();
});

it('a line that is cut is a lost one; a server that closes in order says so, without its last alarms', async () => {
  const cut = await studio.open(360, 640);
  const told = await studio.open(1920, 1080);
  const banner = (page: typeof cut) => page.getByTestId('connection-banner');
  await cut.getByTestId('on-air').waitFor();
  await told.getByTestId('on-air').waitFor();
  await cut.context().setOffline(true);
  await banner(cut).getByText('Sin conexión con el estudio').waitFor();

  studio.room.farewell('airEnds');
  await banner(told).getByText('El servidor se cerró').waitFor();
  // What it tells while it closes is its own end.
  studio.show((state) => {
    state.air.connected = false;
    state.alarms['obs'] = sampleAlarm({ id: 'obs', text: 'Se perdió la conexión con OBS' });
  });
  await studio.room.close();
  const text = () => told.locator('.page').innerText();
  await until('the server is gone', () =>
    fetch(studio.room.url).then(
      () => false,
      () => true,
    ),
  );
  expect(await text()).toContain('El servidor se cerró. Para seguir, ábralo otra vez en su equipo');
  expect(await text()).not.toContain('Se perdió la conexión con OBS');
  expect(await text()).not.toContain('SIN CONTACTO');
  expect(await told.getByTestId('on-air').innerText()).toContain('FUERA DEL AIRE');
  await told.close();
  await cut.close();
});
