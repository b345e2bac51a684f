// /programacion as a citizen gets it: over HTTP with the real headers, in a real browser, checked by axe.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instantOf } from '../../server/grid/wall-clock.ts';
import { publicStyle } from '../../server/web/public-style.ts';
import { startBrowser } from '../kit/browser.ts';
import { hostile, library, startPublic, type PublicRig } from './public-rig.ts';

const { zone } = library.station;
let rig: PublicRig;
let browser: Browser;
beforeAll(async () => {
  rig = await startPublic();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rig?.close();
});

describe('/programacion', () => {
  test('needs no script, is in Spanish, and data blocks cannot be broken out of', async () => {
    rig.document = hostile;
    const res = await rig.get('/programacion');
    rig.document = library.schedule;
    expect(res.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(res.headers.get('etag')).not.toBeNull();
    const html = await res.text();
    expect(html).toContain('<html lang="es">');
    expect(html).not.toContain('<script>alert');
    const block = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    const data = JSON.parse(block) as {
      '@graph': { '@type': string; name: string; startDate: string }[];
    };
    expect(data['@graph'][0]).toMatchObject({
      '@type': 'BroadcastEvent',
      name: 'Zona Tributaria',
      startDate: '2026-11-23T08:00:00-05:00',
    });
    expect(data['@graph'].some((e) => e.name.startsWith('</script>'))).toBe(true);
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  test('a mistyped week or language shows the present one', async () => {
    const html = await (await rig.get('/programacion?semana=nunca&lang=fr')).text();
    expect(html).toMatch(/23\s?–\s?29 de noviembre de 2026/u);
    expect((await rig.get('/programacion?semana=1970-01-01')).status).toBe(200);
  });

  test.each([
    ['', undefined, 'es'],
    ['', 'en-US,en;q=0.9', 'en'],
    ['', 'es-CO,en;q=0.9', 'es'],
    ['', 'en;q=0.8,es-CO', 'es'],
    ['', 'fr,en;q=0.5', 'en'],
    ['', 'pt-BR', 'es'],
    ['?lang=es', 'en-US', 'es'],
    ['?lang=en', 'es-CO', 'en'],
  ])('in the language that /en-vivo would choose: %j, %s → %s', async (query, liked, language) => {
    const headers = liked === undefined ? undefined : { 'accept-language': liked };
    const res = await fetch(`${rig.base}/programacion${query}`, headers ? { headers } : {});
    const html = await res.text();
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toContain(`href="/en-vivo?lang=${language}"`);
    expect(res.headers.get('vary')).toContain('Accept-Language');
  });

  test('on a Saturday night Saturday is in sight, marked, and the days before it are folded', async () => {
    const before = rig.now;
    rig.now = instantOf('2026-11-28', '20:16', zone);
    const context = await browser.newContext({ viewport: { width: 360, height: 640 } });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`${rig.base}/programacion?lang=es`);
      const today = page.locator('tbody.today');
      expect(await today.locator('th').innerText()).toMatch(/hoy\s*sábado,? 28/iu);
      const box = await today.locator('th').boundingBox();
      expect(box!.y).toBeLessThan(640);
      expect(await page.getByText('Lunes, 23').isVisible()).toBe(false);
      await page.getByText('Días anteriores').click();
      expect(await page.locator('details th.day').first().isVisible()).toBe(true);
      expect(await page.locator('th.day').count()).toBe(7);
    } finally {
      rig.now = before;
      await context.close();
    }
  });

  test('headings stand over their columns', async () => {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    try {
      page.setDefaultTimeout(60_000);
      await page.goto(`${rig.base}/programacion`);
      const left = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((cell) => {
            const { left: edge } = cell.getBoundingClientRect();
            return edge + Number.parseFloat(getComputedStyle(cell).paddingLeft);
          });
      const main = 'main > table';
      expect(await left(`${main} thead th`)).toBe(await left(`${main} td.time`));
      expect(await left(`${main} thead th`)).toBe(await left(`${main} th.day`));
      expect(await left(`${main} th:nth-child(2)`)).toBe(await left(`${main} td:nth-child(2)`));
    } finally {
      await page.close();
    }
  });

  test('its style has another address for each content, and fetches the player’s own font', () => {
    const colors = library.station.colors;
    expect(publicStyle(colors, '/assets/inter.woff2')).toContain('url("/assets/inter.woff2")');
    expect(publicStyle(colors, null)).not.toContain('@font-face');
  });

  test('stops linking far away, so that no crawler walks the calendar for ever', async () => {
    const far = await (await rig.get('/programacion?semana=2028-01-03')).text();
    expect(far).not.toContain('Semana siguiente');
    expect(far).toContain('Semana anterior');
    expect(far).toContain('Esta semana');
  });

  test.each([
    [360, 'es'],
    [1280, 'en'],
  ])(
    'at %i px, in %s: what is on now, today, no sideways scroll, no axe finding',
    async (width, lang) => {
      const context = await browser.newContext({ viewport: { width, height: 800 } });
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(60_000);
        const errors: string[] = [];
        page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
        page.on('pageerror', (e) => errors.push(e.message));
        await page.goto(`${rig.base}/programacion?lang=${lang}`);
        const live = page.locator('tr.now');
        expect(await live.count()).toBe(1);
        expect(await live.innerText()).toContain('Participación Abierta y Comunitaria');
        expect(await live.innerText()).toContain(
          lang === 'es' ? 'Lengua de señas' : 'Sign language',
        );
        expect(await page.locator('tbody.today').count()).toBe(1);
        expect(await page.locator('tbody.today th').innerText()).toMatch(
          lang === 'es' ? /martes.*24/i : /tuesday.*24/i,
        );
        expect(await page.locator('.on-now').innerText()).toContain('11:00');
        expect(
          await page.evaluate(() => window.document.documentElement.scrollWidth),
        ).toBeLessThanOrEqual(width);
        const color = await page.evaluate(
          () =>
            getComputedStyle(window.document.querySelector('.top') ?? window.document.body)
              .backgroundColor,
        );
        // #37506b, from profiles/station.json: the style sheet was let through by the content policy.
        expect(color).toBe('rgb(55, 80, 107)');
        const found = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .analyze();
        expect(found.violations.map((v) => `${v.id}: ${v.nodes[0]?.html}`)).toEqual([]);
        await page.locator('a[rel~=next]').click();
        await page.waitForURL((url) => url.searchParams.get('semana') === '2026-11-30', {
          timeout: 60_000,
        });
        expect(await page.locator('html').getAttribute('lang')).toBe(lang);
        expect(await page.locator('tr.now').count()).toBe(0);
        expect(errors).toEqual([]);
      } finally {
        await context.close();
      }
    },
  );

  test('without a grid says so', async () => {
    rig.document = null;
    const html = await (await rig.get('/programacion')).text();
    rig.document = library.schedule;
    expect(html).toContain('no hay un programa en la parrilla');
    expect(html.match(/Sin programas/g)).toHaveLength(7);
  });
});
