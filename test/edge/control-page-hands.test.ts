// The hands in a real browser: the way back from «Ya regresamos», and what a field producer reaches on a phone.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StudioState } from '../../server/contract/state.ts';
import { sampleOutput } from '../kit/samples.ts';
import { until } from '../kit/until.ts';
import { startControlPage, type ControlPage } from './control-page-rig.ts';
import {
  nobodyReceives,
  obsLost,
  offAir,
  onAir,
  sampleAlarm,
  slateScene,
} from './control-page-states.ts';

let studio: ControlPage;
let page: Page;
let panics: unknown[] = [];
let takes = 0;

beforeAll(async () => {
  studio = await startControlPage({
    handlers: {
      'switcher.panic': async (input) => {
        panics.push(input);
        return { program: null, forced: false };
      },
      'switcher.cut': async ({ scene }) => {
        takes += 1;
        return { program: scene };
      },
    },
  });
  studio.show(offAir);
  page = await studio.open(360, 640);
});
afterAll(async () => {
  await studio?.close();
});
beforeEach(() => {
  panics = [];
  takes = 0;
});

/** The state, once the program monitor names its scene. */
async function show(recipe: (state: StudioState) => void): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByTestId('tab-air').or(page.locator('.desk')).first().waitFor();
  studio.show(offAir);
  await page.locator('[data-testid="on-air"][data-face="off"]').waitFor();
  studio.show(recipe);
  const { switcher, air } = studio.room.state.get();
  await page
    .getByTestId('program-name')
    .getByText(switcher.program ?? '—', { exact: true })
    .waitFor();
  await page.locator(`[data-testid="on-air"][data-on-air="${air.onAir}"]`).waitFor();
}

/** Longer than a double press: the page counts it from the moment it showed. */
async function pressUntilSent(press: () => Promise<void>): Promise<void> {
  await until('the way back was sent', async () => {
    if (panics.length === 0) await press();
    return panics.length > 0;
  });
}

describe('«Ya regresamos» by OBS’s own scene', () => {
  test('is said in the header and on the program, and its button is the way back', async () => {
    await page.setViewportSize({ width: 1366, height: 768 });
    await show(slateScene);
    expect(await page.getByTestId('feeding').innerText()).toBe('YA REGRESAMOS');
    expect(await page.getByTestId('picture-band').innerText()).toMatch(/puso «Ya regresamos»/);
    const button = page.getByTestId('panic-off');
    expect(await button.innerText()).toMatch(/Quitar «Ya regresamos»\s+vuelve «Lengua de señas»/);
    expect(await page.getByTestId('panic').count()).toBe(0);
    await pressUntilSent(() => button.click());
    expect(panics[0]).toEqual({ on: false });
  });

  test('F9 only ever puts it on', async () => {
    await show(slateScene);
    await page.keyboard.press('F9');
    await until('it was sent', () => panics.length > 0);
    expect(panics).toEqual([{}]);
  });

  test('a double press does not take it off again', async () => {
    await show(onAir);
    await page.getByTestId('panic').click();
    // By the page itself, as soon as there is something to press: a busy browser would press late,
    // and a late press counts.
    await page.evaluate(() => {
      const press = (_: unknown, watcher: MutationObserver): void => {
        const button = document.querySelector<HTMLElement>('[data-testid="panic-off"]');
        if (!button) return;
        watcher.disconnect();
        button.click();
        document.body.dataset['pressed'] = 'twice';
      };
      new MutationObserver(press).observe(document.body, {
        childList: true,
        subtree: true,
        attributes: true,
      });
    });
    studio.show(slateScene);
    await page.locator('body[data-pressed="twice"]').waitFor();
    studio.show(onAir);
    await page.getByTestId('panic').waitFor();
    expect(panics).toEqual([{}]);
  });

  test.each([
    ['nobody knows what was on', null, 'no se sabe qué había: use Tomar'],
    ['OBS no longer has it', 'Borrada', 'ya no existe «Borrada»: use Tomar'],
  ])('where %s it says so and leaves it to a take', async (_, beforeSlate, words) => {
    await show((state) => {
      slateScene(state);
      state.switcher.beforeSlate = beforeSlate;
    });
    const button = page.getByTestId('panic-off');
    expect(await button.innerText()).toContain(words);
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await button.click({ force: true });
    expect(await page.getByRole('status').filter({ hasText: words }).count()).toBe(1);
    expect(panics).toEqual([]);
  });

  test('what the grid put on is no emergency', async () => {
    await show((state) => {
      slateScene(state);
      state.switcher.programBy = 'grid';
    });
    expect(await page.getByTestId('panic').count()).toBe(1);
    expect(await page.getByTestId('feeding').innerText()).toBe('PROGRAMA');
  });

  test('by air, the same button says what comes on: OBS’s program, or nothing until OBS is back', async () => {
    const forced = (recipe: typeof onAir) => (state: StudioState) => {
      recipe(state);
      state.air.forced = { by: 'admin', since: Date.now() };
    };
    await show(forced(onAir));
    const button = page.getByTestId('panic-off');
    expect(await button.innerText()).toMatch(/vuelve «Estudio»/);
    await show(forced(obsLost));
    expect(await button.innerText()).toMatch(/sigue hasta que vuelva OBS/);
    expect(await button.getAttribute('aria-disabled')).toBe('false');
  });
});

describe('on a phone of 360×640', () => {
  beforeEach(async () => {
    await page.setViewportSize({ width: 360, height: 640 });
  });

  test('the way back is held', async () => {
    await show(slateScene);
    const button = page.getByTestId('panic-off');
    await button.click();
    expect(panics).toEqual([]);
    await pressUntilSent(() => button.click({ delay: 1100 }));
    expect(panics[0]).toEqual({ on: false });
  });

  test('a picture that does not go out is never shown as the program', async () => {
    await show((state) => {
      obsLost(state);
      state.switcher.program = 'Entrevista';
    });
    expect(await page.getByTestId('picture-card').innerText()).toBe(
      studio.room.state.get().station.slateText,
    );
    expect(await page.locator('.look .thumbnail').count()).toBe(0);
    await show(onAir);
    expect(await page.locator('.look .thumbnail').count()).toBe(1);
    expect(await page.getByTestId('picture-card').count()).toBe(0);
  });

  test('everything that moves the air is in the first view', async () => {
    const inView = (name: string): Promise<boolean> =>
      page.getByTestId(name).evaluate((one) => {
        const { left, right, top, bottom, height } = one.getBoundingClientRect();
        const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        const whole = left >= 0 && right <= innerWidth && one.scrollWidth <= one.clientWidth;
        return whole && height >= 44 && one.contains(seen);
      });
    await show(offAir);
    for (const name of ['go-live', 'hold', 'take', 'cut', 'panic']) {
      expect([name, await inView(name)]).toEqual([name, true]);
    }
    for (const recipe of [onAir, nobodyReceives, slateScene, obsLost]) {
      await show(recipe);
      for (const name of ['stop-air', 'release', 'take', 'cut']) {
        expect([recipe.name, name, await inView(name)]).toEqual([recipe.name, name, true]);
      }
    }
  });

  test('CORTE stands beside TOMAR and works', async () => {
    await show(onAir);
    const tops = await Promise.all(
      ['cut', 'take'].map(async (name) => (await page.getByTestId(name).boundingBox())?.y),
    );
    expect(tops[0]).toBe(tops[1]);
    await page.getByTestId('cut').click();
    await until('it cut', () => takes === 1);
  });

  test('the clock is whole, and no bars stand beside the picture, alarm or not', async () => {
    for (const recipe of [onAir, nobodyReceives]) {
      await show(recipe);
      const clock = await page.getByTestId('on-air-clock').boundingBox();
      const pill = await page.getByTestId('on-air').boundingBox();
      expect(clock!.x + clock!.width).toBeLessThanOrEqual(pill!.x + pill!.width);
      const picture = await page.locator('.look .picture').boundingBox();
      expect(picture!.width / picture!.height).toBeCloseTo(16 / 9, 1);
      expect(picture!.width).toBeGreaterThan(180);
    }
  });

  test('the outputs scroll with their sheet, never inside it', async () => {
    await show((state) => {
      onAir(state);
      for (const n of [1, 2, 3, 4]) {
        state.outputs[`x${n}`] = sampleOutput({ name: `Otra ${n}`, order: 'start', state: 'live' });
      }
      state.alarms['x'] = sampleAlarm({ id: 'x', text: 'Algo pasa.', advice: 'Mire.' });
    });
    await page.getByTestId('tab-outputs').click();
    const sheet = page.locator('.sheet:not(.sheet-air)').first();
    await until('it is there', async () => (await sheet.getAttribute('inert')) === null);
    const scrollers = await sheet.evaluate((one) =>
      [one, ...one.querySelectorAll('*')]
        .filter((part) => {
          const { overflowY } = getComputedStyle(part);
          const scrolls = overflowY === 'auto' || overflowY === 'scroll';
          return scrolls && part.scrollHeight > part.clientHeight + 1;
        })
        .map((part) => part.className),
    );
    expect(scrollers).toEqual(['sheet']);
    await page.getByTestId('tab-air').click();
  });

  test.each([
    ['slateScene', slateScene],
    ['onAir', onAir],
    ['offAir', offAir],
  ])('%s has no finding of axe', async (_, recipe) => {
    await show(recipe);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  });
});
