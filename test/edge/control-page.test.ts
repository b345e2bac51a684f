// The operator's page in a real browser over states that matter: nothing cut, nothing in another language, axe content.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StudioState } from '../../server/contract/state.ts';
import { StudioError } from '../../server/core/errors.ts';
import { until } from '../kit/until.ts';
import { startControlPage, type ControlPage } from './control-page-rig.ts';
import {
  nobodyReceives,
  obsLost,
  offAir,
  onAir,
  oneShed,
  slateScene,
} from './control-page-states.ts';

const sizes = [
  [1920, 1080],
  [1440, 900],
  [1366, 768],
  [360, 640],
] as const;
const slateForced = (state: StudioState): void => {
  obsLost(state);
  state.air.forced = { by: 'admin', since: Date.now() - 12_000 };
};
const states = { offAir, onAir, oneShed, obsLost, slateForced, slateScene, nobodyReceives };
const refusal = 'Dato no válido: se esperaba otro número.';

let studio: ControlPage;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  studio = await startControlPage({
    handlers: {
      'output.update': () => {
        throw new StudioError(
          'invalid',
          { es: refusal, en: 'Invalid input: expected another number.' },
          { context: { issues: [{ path: 'priority', message: '' }] } },
        );
      },
    },
  });
  studio.show(offAir);
  page = await studio.open(1366, 768);
  page.on('pageerror', (error) => complaints.push(String(error)));
});
afterAll(async () => {
  await studio?.close();
});

/** Shows a state and waits until the page does. */
async function show(name: keyof typeof states): Promise<void> {
  await page.keyboard.press('Escape');
  studio.show(states[name]);
  const faces: Partial<Record<keyof typeof states, string>> = {
    offAir: 'off',
    obsLost: 'slate',
    slateForced: 'slate',
    nobodyReceives: 'nobody',
  };
  const face = faces[name] ?? 'live';
  const shed = name === 'oneShed' ? 1 : 0;
  await page.waitForFunction(
    ([wanted, count]) =>
      document.querySelector(`[data-testid="on-air"][data-face="${wanted}"]`) !== null &&
      document.querySelectorAll('.output[data-shed="true"]').length === count,
    [face, shed] as const,
  );
}

/** What is wider than its own box in the status bar, reaches out of it, or makes the page scroll. */
function cut(): Promise<string[]> {
  return page.evaluate(() => {
    const bar = document.querySelector('.status-bar')!;
    const edge = bar.getBoundingClientRect();
    const clips = (one: Element): boolean => getComputedStyle(one).overflowX !== 'visible';
    // Long names of people and covers end in dots by design, and some words are for the ear alone.
    const clipped = (one: Element): boolean =>
      one !== bar && (clips(one) || clipped(one.parentElement!));
    const seen = [...bar.querySelectorAll<HTMLElement>('*')].filter(
      (one) => one.offsetWidth > 0 && one.closest('[popover]') === null && !clipped(one),
    );
    const out = seen.filter((one) => {
      const { right } = one.getBoundingClientRect();
      const parent = one.parentElement!.getBoundingClientRect();
      const wide = one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0;
      return wide || right > Math.min(edge.right, parent.right) + 1;
    });
    const words = out.map((one) => `${one.className || one.tagName}: ${one.textContent}`);
    const { scrollWidth, scrollHeight } = document.documentElement;
    if (scrollWidth > innerWidth) words.push('the page scrolls sideways');
    if (scrollHeight > innerHeight) words.push('the page scrolls');
    return words;
  });
}

/** The answer to "and if OBS is lost?", which must be readable without a hover. */
const coverIsWhole = (): Promise<boolean> =>
  page
    .locator('.status-bar .continuity-words > b')
    .evaluate((words) => words.scrollWidth <= words.clientWidth);

/** Whether all that a clipped box says is seen. */
const isWhole = (selector: string): Promise<boolean> =>
  page
    .locator(selector)
    .evaluate(
      (box) => box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight + 1,
    );

describe.each(sizes)('at %i×%i', (width, height) => {
  test.each(Object.keys(states) as (keyof typeof states)[])('%s: nothing cut', async (name) => {
    await page.setViewportSize({ width, height });
    await show(name);
    await until('it fits', async () => {
      const found = await cut();
      if (found.length > 0) throw new Error(found.join('; '));
      return true;
    });
    if ((name === 'onAir' || name === 'obsLost') && width > 760) {
      expect(await coverIsWhole()).toBe(true);
    }
    // Why it is in manual, wherever there is room to say it.
    if (name === 'onAir' && width === 1920) expect(await isWhole('.mode-why')).toBe(true);
    if (width > 760) expect(await isWhole('.grid-note')).toBe(true);
  });
});

test.each([
  ['offAir', 1366, 768],
  ['slateForced', 1366, 768],
  ['oneShed', 360, 640],
] as const)('%s at %i×%i has no finding of axe', async (name, width, height) => {
  await page.setViewportSize({ width, height });
  await show(name);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

describe('an output that gave way', () => {
  test('says so and offers to start now or not to wait, never to stop what does not run', async () => {
    await page.setViewportSize({ width: 1366, height: 768 });
    await show('oneShed');
    const row = page.getByTestId('output-yt');
    expect(await row.innerText()).toMatch(/Cedió su lugar · vuelve sola/);
    expect(await row.getByText('Detener').count()).toBe(0);
    await row.getByRole('button', { name: 'Iniciar ya: YouTube' }).click();
    await row.getByRole('button', { name: 'No esperar: YouTube queda detenida' }).click();
    await until('both were sent', () => studio.asked.length === 2);
    expect(studio.asked).toEqual([
      { name: 'output.start', input: { id: 'yt' } },
      { name: 'output.stop', input: { id: 'yt' } },
    ]);
  });
});

describe('the uplink bar', () => {
  test('keeps every part in its box when one is stopped on the air', async () => {
    await show('onAir');
    studio.show((state) => {
      Object.assign(state.outputs['fb'] ?? {}, { order: 'stop', state: 'idle', bitrateKbps: 0 });
      Object.assign(state.uplink, { declaredKbps: null, usableKbps: null, needKbps: 3300 });
      state.uplink.sendingKbps = 3280;
    });
    const bar = page.getByTestId('uplink').locator('.uplink-stack');
    await until('one part', async () => (await bar.locator('.uplink-part').count()) === 1);
    const out = await bar.evaluate((stack) => {
      const { right } = stack.getBoundingClientRect();
      const parts = [...stack.querySelectorAll('.uplink-part')];
      return parts.filter((part) => part.getBoundingClientRect().right > right).length;
    });
    expect(out).toBe(0);
  });
});

test('where nothing can be measured, going live points to the contracted uplink', async () => {
  await page.setViewportSize({ width: 1366, height: 768 });
  await show('offAir');
  studio.show((state) => {
    Object.assign(state.uplink, { declaredKbps: null, usableKbps: null, fits: null });
    Object.assign(state.uplink, { canMeasure: false, measured: null });
  });
  await page.getByTestId('go-live').click();
  await page.getByText('«Subida contratada»').waitFor();
  await page.getByTestId('go-live-uplink').click();
  await page.getByTestId('uplink-declared').waitFor();
  expect(await page.getByTestId('uplink-measure').count()).toBe(0);
  // Back to the question it was opened from, and out of that.
  await page.keyboard.press('Escape');
  await page.getByTestId('go-live-confirm').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('go-live-confirm').waitFor({ state: 'detached' });
});

test('one added on the air says that it is left out, and can be started at once', async () => {
  await page.setViewportSize({ width: 1366, height: 768 });
  await show('onAir');
  studio.show((state) => {
    Object.assign(state.outputs['yt'] ?? {}, { order: 'stop', state: 'idle', liveSince: null });
  });
  const row = page.getByTestId('output-yt');
  await row.getByText('No está en esta emisión').waitFor();
  await row.getByText('Empezar ya').click();
  await until('it was asked for', () =>
    Promise.resolve(
      studio.asked.some(
        ({ name, input }) => name === 'output.start' && (input as { id: string }).id === 'yt',
      ),
    ),
  );
});

describe('the form of a destination', () => {
  test('says beside the field that a priority is none, and sends nothing', async () => {
    await show('offAir');
    await page.getByTestId('edit-yt').click();
    const field = page.getByTestId('output-priority');
    for (const typed of ['0', '100', '1,5', 'alta']) {
      await field.fill(typed);
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      expect(await field.locator('xpath=../..').innerText()).toContain(
        'Escriba un número entero de 1 a 99.',
      );
      await field.press('Enter');
    }
    expect(await page.getByTestId('output-save').getAttribute('aria-disabled')).toBe('true');
    await field.fill('7');
    expect(await field.getAttribute('aria-invalid')).not.toBe('true');
  });

  test('shows what the server refuses at its field', async () => {
    await page.getByTestId('output-save').click();
    const field = page.getByTestId('output-priority');
    await page.getByText(refusal).waitFor();
    expect(await field.locator('xpath=../..').innerText()).toContain(refusal);
    expect(await page.getByText(refusal).count()).toBe(1);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  });

  test('has no name in another language', async () => {
    const names = await page
      .getByRole('dialog')
      .evaluate((dialog) =>
        [...dialog.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((one) =>
          ['aria-label', 'title', 'placeholder'].map((name) => one.getAttribute(name) ?? ''),
        ),
      );
    expect(names.filter((name) => /password|toggle|visib|show|hide|close/i.test(name))).toEqual([]);
    expect(names).toContain('Mostrar lo escrito');
  });
});

test('the sign-in page is content too', async () => {
  const context = await studio.browser.newContext({ viewport: { width: 360, height: 640 } });
  const gate = await context.newPage();
  await gate.goto(studio.room.url);
  await gate.getByTestId('sign-in-user').waitFor();
  expect(await gate.title()).not.toBe('');
  expect((await new AxeBuilder({ page: gate }).analyze()).violations).toEqual([]);
  await context.close();
  expect(complaints).toEqual([]);
});
