// A field unit's card in a real browser: the address a crew is given, and its removal out of the way of the hand.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startControlPage, type ControlPage } from './control-page-rig.ts';
import { offAir } from './control-page-states.ts';

const url = 'rtmp://estudio.example.org:19350/field';
const feed = {
  id: 'phone-1-1',
  label: 'Cámara',
  rtmp: { url, key: 'phone-1-1?k=abcdef0123456789' },
};
let studio: ControlPage;

beforeAll(async () => {
  studio = await startControlPage({
    handlers: { 'field.credentials': () => Promise.resolve({ feeds: [feed] }) },
  });
  studio.show((state) => {
    offAir(state);
    state.field.units['phone-1'] = {
      name: 'Móvil del parque',
      profile: 'phone',
      state: 'off',
      since: Date.now(),
      bitrateKbps: 0,
      expectedKbps: 4000,
      links: [],
      feeds: [
        { id: feed.id, label: 'Cámara', state: 'off', since: 0, stream: null, lastLoss: null },
      ],
      inScene: null,
    };
  });
});
afterAll(async () => {
  await studio?.close();
});

test.each([
  [1920, 1080],
  [360, 640],
])('at %i×%i: the public address, and «Eliminar» far from «Listo»', async (width, height) => {
  const page = await studio.open(width, height);
  page.setDefaultTimeout(60_000);
  try {
    const card = page.getByTestId('card-phone-1');
    await card.waitFor();
    // On a phone it stands on a sheet of its own.
    const tab = page.getByTestId('tab-field');
    if (await tab.isVisible()) await tab.click();
    await card.click();
    await page.getByTestId('unit-reveal').click();
    await page.getByText(url, { exact: true }).waitFor();
    const remove = await page.getByTestId('unit-remove').boundingBox();
    const done = await page.getByRole('button', { name: 'Listo' }).boundingBox();
    const gap = done!.x - (remove!.x + remove!.width);
    // Wider than a button: a hand that misses the one does not meet the other.
    expect(gap).toBeGreaterThan(done!.width * 0.8);
    expect(done!.x + done!.width).toBeLessThanOrEqual(width);
  } finally {
    await page.context().close();
  }
});
