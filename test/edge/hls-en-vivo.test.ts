// /en-vivo in a real browser: it plays, close to live, through a change of encoder and a restart of control.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../kit/browser.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { startHlsRig, type HlsRig } from './hls-rig.ts';
import { openSite, type Site } from './hls-site.ts';

let rig: HlsRig;
let site: Site;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  [rig, browser] = await Promise.all([startHlsRig(), startBrowser()]);
  site = await openSite(rig);
  const context = await browser.newContext({
    viewport: { width: 360, height: 640 },
    locale: 'es-CO',
    timezoneId: 'America/Bogota',
  });
  page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    // A server that is away or busy is no mistake of the page.
    if (message.type() === 'error' && !text.startsWith('Failed to load')) complaints.push(text);
  });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await rig?.close();
});

interface Seen {
  readonly phase: string;
  readonly time: number;
  readonly width: number;
  readonly latency: string;
  readonly text: string;
}
const look = (): Promise<Seen> =>
  page.evaluate(() => {
    const video = document.querySelector('video')!;
    return {
      phase: document.querySelector<HTMLElement>('#stage')!.dataset['phase'] ?? '',
      time: video.currentTime,
      width: video.videoWidth,
      latency: document.querySelector('#latency')!.textContent,
      text: document.body.innerText,
    };
  });
const seconds = (seen: Seen): number =>
  Number(/a ([\d,]+) s del estudio/.exec(seen.latency)?.[1]?.replace(',', '.'));

test('before the air it says when it is back, on a phone, for everybody', async () => {
  site.show({ order: 'stop', state: 'idle' }, 'stop');
  await page.goto(`${site.room.url}/en-vivo`);
  // In 40 minutes: that may be tomorrow, and at one o’clock.
  const back = /Volvemos (mañana )?a las? \d\d:\d\d/;
  await until('the guide', async () => back.test((await look()).text));
  expect((await look()).text).toContain('con Ciclo Vital');
  expect(await page.title()).toBe('Capital Musical');
  const size = await page.evaluate(() => [document.body.scrollWidth, innerWidth]);
  expect(size[0]).toBeLessThanOrEqual(size[1]!);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test('it and the guide speak one language, whichever of them it was chosen on', async () => {
  const context = await browser.newContext({ locale: 'en-US' });
  const english = await context.newPage();
  const guide = (): Promise<string | null> =>
    english.locator('nav a[href^="/programacion"]').getAttribute('href');
  await english.goto(`${site.room.url}/en-vivo`);
  expect(await guide()).toBe('/programacion?lang=en');
  // From the guide, read in Spanish on this browser.
  await english.goto(`${site.room.url}/en-vivo?lang=es`);
  expect(await english.locator('html').getAttribute('lang')).toBe('es');
  expect(await guide()).toBe('/programacion?lang=es');
  await english.getByRole('button', { name: 'English' }).click();
  expect(await guide()).toBe('/programacion?lang=en');
  await english.reload();
  expect(await english.locator('html').getAttribute('lang')).toBe('en');
  await context.close();
});

test('it plays by itself, close to live, and shows what is on', async () => {
  const limit = await paced();
  site.show({}, 'live');
  const first = await until(
    'pictures',
    async () => {
      const seen = await look();
      return seen.phase === 'live' && seen.time > 0 && seen;
    },
    30_000,
  );
  const later = await until(
    'they move, and it has caught up',
    async () => {
      const seen = await look();
      return seen.time > first.time + 1 && seconds(seen) < 3 && seen;
    },
    20_000,
  );
  expect(later.text).toMatch(/EN VIVO/);
  expect(later.text).toMatch(/AHORA\s+Zona Tributaria/i);
  // By the pictures themselves, whatever the figure says.
  const cutAt = performance.now();
  rig.cut('slate');
  await until('the slate on screen', async () => (await look()).width === 320);
  const measured = performance.now() - cutAt;
  expect(measured).toBeLessThan(await limit(4000));
  const slate = await look();
  const phases = new Set<string>();
  rig.cut('program');
  const back = await until('the program again', async () => {
    const seen = await look();
    phases.add(seen.phase);
    return seen.width === 640 && seen;
  });
  // It never stopped: the time on screen went on as the clock did.
  expect(back.time).toBeGreaterThan(slate.time);
  expect([...phases]).toEqual(['live']);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test('one press turns the sound on', async () => {
  await page.getByRole('button', { name: 'Activar sonido' }).first().click();
  await until('sound', () => page.evaluate(() => !document.querySelector('video')!.muted));
  expect(await page.locator('#sound').isVisible()).toBe(false);
  await page.keyboard.press('m');
  await until('muted by key', () => page.evaluate(() => document.querySelector('video')!.muted));
});

test('control restarts: the player goes on by itself', async () => {
  const port = Number(new URL(site.room.url).port);
  const missed = page.waitForEvent('requestfailed');
  await site.close();
  await missed;
  site = await openSite(rig, port);
  const from = await look();
  await until(
    'it plays on',
    async () => {
      const seen = await look();
      return (
        seen.phase === 'live' &&
        (seen.time > from.time + 2.5 || seen.time < from.time) &&
        seen.time > 1
      );
    },
    20_000,
  );
  expect(complaints).toEqual([]);
});
