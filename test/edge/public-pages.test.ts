// The public pages as a citizen gets them: over HTTP with the real headers, in a real browser, checked by axe.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import express from 'express';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scheduleDocument, type ScheduleDocument } from '../../server/contract/grid.ts';
import { silentLog } from '../../server/core/log.ts';
import { checkedRange } from '../../server/grid/requests.ts';
import { occurrencesBetween, type DatedChange } from '../../server/grid/resolve.ts';
import { instantOf } from '../../server/grid/wall-clock.ts';
import { loadLibrary } from '../../server/library/load.ts';
import { problemMiddleware } from '../../server/web/problem.ts';
import { publicRoutes } from '../../server/web/public-routes.ts';
import { publicStyle } from '../../server/web/public-style.ts';
import { securityHeaders } from '../../server/web/security-headers.ts';
import { startBrowser } from '../kit/browser.ts';
import { dtdElements, dtdText, xmlProblems } from './public-xmltv.ts';

const library = loadLibrary(join(import.meta.dirname, '../..'));
const { zone } = library.station;
/** A plan whose names try to break out of every format. */
const hostile = scheduleDocument.parse({
  ...library.schedule,
  note: '</script><b>"nota" & \'más\'',
  programs: library.schedule?.programs.map((p) =>
    p.id === 'mundo-positivo'
      ? { ...p, name: '</script><script>alert(1)</script> «Ñandú», ]]> & más; \\ "x"' }
      : p,
  ),
});
let now = instantOf('2026-11-24', '10:30', zone);
let document: ScheduleDocument | null = library.schedule;
let changes: DatedChange[] = [];
let server: Server;
let base = '';
let browser: Browser;

beforeAll(async () => {
  const app = express();
  app.set('query parser', 'simple');
  app.use(securityHeaders());
  app.use(express.static(join(import.meta.dirname, '../../control-ui/public')));
  app.use(
    publicRoutes({
      clock: { now: () => now },
      station: library.station,
      grid: {
        week(from, to) {
          const { start, end } = checkedRange(from, to, zone);
          const plan = document && { document, changes, zone, scenes: null };
          const occurrences = plan ? occurrencesBetween(plan, start, end) : [];
          return { zone, version: 1, note: document?.note ?? '', occurrences, overrides: [] };
        },
        programs: () => document?.programs ?? [],
      },
    }),
  );
  app.use(problemMiddleware(silentLog, () => now));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => server.close(resolve));
});

const get = (path: string): Promise<Response> => fetch(`${base}${path}`);
/** By plain HTTP: fetch adds `Cache-Control: no-cache` of its own to a conditional request. */
function statusOf(path: string, etag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${base}${path}`, { headers: { 'If-None-Match': etag } }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}
interface Body {
  occurrences: {
    id: string;
    title: string;
    start: string;
    end: string;
    date: string;
    continued: boolean;
  }[];
  from: string;
  to: string;
  note: string;
}
const week = 'from=2026-11-23&to=2026-11-29';

describe('schedule.json', () => {
  test('is the week asked for, in the zone of the station, without anything of the studio', async () => {
    const res = await get(`/api/v1/public/schedule.json?${week}`);
    expect(res.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(res.headers.get('cache-control')).toBe('public, max-age=60');
    expect(res.headers.get('access-control-allow-origin')).toBe('*');
    const body = (await res.json()) as Body;
    expect(body.occurrences[0]).toMatchObject({
      id: 'zona-tributaria-manana@2026-11-23',
      title: 'Zona Tributaria',
      start: '2026-11-23T08:00:00-05:00',
      end: '2026-11-23T09:00:00-05:00',
    });
    expect(new Set(body.occurrences.map((o) => o.title)).size).toBe(6);
    expect(JSON.stringify(body)).not.toMatch(/scene|problem|layer/);
    expect(body.note).toContain('ejemplos');
  });

  test('of today and six days on when nothing is asked', async () => {
    const body = (await (await get('/api/v1/public/schedule.json')).json()) as Body;
    expect([body.from, body.to]).toEqual(['2026-11-24', '2026-11-30']);
  });

  test('answers 304 to who has it', async () => {
    const first = await get(`/api/v1/public/schedule.json?${week}`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    now += 5000;
    expect(await statusOf(`/api/v1/public/schedule.json?${week}`, etag)).toBe(304);
    expect(await statusOf('/api/v1/public/schedule.json', etag)).toBe(200);
  });

  test.each([
    ['from=ayer', 'from'],
    ['from=2026-02-30', 'from'],
    ['to=2026-1-1', 'to'],
    ['from=2026-11-24&to=2026-11-23', 'to'],
    ['from=2026-01-01&to=2026-03-04', 'to'],
    ['from=9999-12-31', 'from'],
    ['from=0001-01-01', 'from'],
    ['from=2026-11-24&from=2026-11-25', 'from'],
    ['from=', 'from'],
  ])('refuses ?%s naming it', async (query, path) => {
    for (const kind of ['json', 'ics', 'xml']) {
      const res = await get(`/api/v1/public/schedule.${kind}?${query}`);
      expect(res.status).toBe(400);
      expect(res.headers.get('content-type')).toContain('application/problem+json');
      const body = (await res.json()) as { code: string; context: { issues: { path: string }[] } };
      expect(body.code).toBe('invalid');
      expect(body.context.issues[0]?.path).toBe(path);
    }
  });

  test('an insert interrupts and is gone back from: never two things at once', async () => {
    changes = [
      {
        id: 'c1',
        override: {
          action: 'insert',
          program: 'ciclo-vital',
          date: '2026-11-23',
          start: '08:20',
          durationMinutes: 10,
          scene: 'Campo',
        },
      },
    ];
    const body = (await (
      await get('/api/v1/public/schedule.json?from=2026-11-23&to=2026-11-23')
    ).json()) as Body;
    changes = [];
    expect(
      body.occurrences
        .slice(0, 3)
        .map((o) => [o.title, o.start.slice(11, 16), o.end.slice(11, 16), o.continued]),
    ).toEqual([
      ['Zona Tributaria', '08:00', '08:20', false],
      ['Ciclo Vital', '08:20', '08:30', false],
      ['Zona Tributaria', '08:30', '09:00', true],
    ]);
    expect(new Set(body.occurrences.map((o) => o.id)).size).toBe(body.occurrences.length);
  });
});

describe('schedule.ics', () => {
  test('unfolds into events with stamps in UTC and escaped text', async () => {
    document = hostile;
    const res = await get(`/api/v1/public/schedule.ics?${week}`);
    document = library.schedule;
    expect(res.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const text = await res.text();
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
    const physical = text.split('\r\n');
    expect(physical.every((line) => Buffer.byteLength(line) <= 75 && !/[\r\n]/.test(line))).toBe(
      true,
    );
    const lines = text.replaceAll('\r\n ', '').split('\r\n');
    expect(lines.filter((l) => l === 'BEGIN:VEVENT')).toHaveLength(
      lines.filter((l) => l === 'END:VEVENT').length,
    );
    expect(lines).toContain('DTSTART:20261123T130000Z');
    expect(lines).toContain('DTEND:20261123T140000Z');
    expect(lines).toContain('UID:zona-tributaria-manana@2026-11-23@capital-musical');
    expect(lines).toContain(
      'SUMMARY:</script><script>alert(1)</script> «Ñandú»\\, ]]> & más\\; \\\\ "x"',
    );
    const uids = lines.filter((l) => l.startsWith('UID:'));
    expect(new Set(uids).size).toBe(uids.length);
  });
});

describe('schedule.xml', () => {
  test('is XMLTV, valid against its DTD', async () => {
    document = hostile;
    const res = await get(`/api/v1/public/schedule.xml?${week}`);
    document = library.schedule;
    expect(res.headers.get('content-type')).toBe('application/xml; charset=utf-8');
    const xml = await res.text();
    expect(xmlProblems(xml, dtdElements())).toEqual([]);
    expect(xml).toContain('start="20261123080000 -0500" stop="20261123090000 -0500"');
    expect(xml).toContain('<subtitles type="deaf-signed">');
    expect(xml).toContain('&lt;script&gt;alert(1)');
    const xmllint = findXmllint();
    if (xmllint) {
      const folder = mkdtempSync(join(tmpdir(), 'xmltv-'));
      try {
        writeFileSync(join(folder, 'xmltv.dtd'), dtdText);
        writeFileSync(join(folder, 'guide.xml'), xml);
        // Throws with xmllint's own words when the document is not valid.
        execFileSync(xmllint, [
          '--nonet',
          '--noout',
          '--dtdvalid',
          join(folder, 'xmltv.dtd'),
          join(folder, 'guide.xml'),
        ]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  });

  test('the check itself refuses what the DTD refuses', () => {
    expect(problems(programme('<title>T</title>'))).toBe(0);
    expect(problems(programme('<desc>D</desc><title>T</title>'))).toBe(1);
    expect(problems(programme('<title>T</title><b>x</b>'))).toBeGreaterThan(0);
    expect(problems(programme('<title>T & C</title>'))).toBe(1);
    expect(problems('<programme channel="a"><title>T</title></programme>')).toBe(1);
    expect(problems(programme('<title>T</title><subtitles type="braille"/>'))).toBe(1);
  });
});

describe('/programacion', () => {
  test('needs no script, is in Spanish, and data blocks cannot be broken out of', async () => {
    document = hostile;
    const res = await get('/programacion');
    document = library.schedule;
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
    const html = await (await get('/programacion?semana=nunca&lang=fr')).text();
    expect(html).toMatch(/23\s?–\s?29 de noviembre de 2026/u);
    expect((await get('/programacion?semana=1970-01-01')).status).toBe(200);
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
    const res = await fetch(`${base}/programacion${query}`, headers ? { headers } : {});
    const html = await res.text();
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toContain(`href="/en-vivo?lang=${language}"`);
    expect(res.headers.get('vary')).toContain('Accept-Language');
  });

  test('on a Saturday night Saturday is in sight, marked, and the days before it are folded', async () => {
    const before = now;
    now = instantOf('2026-11-28', '20:16', zone);
    const context = await browser.newContext({ viewport: { width: 360, height: 640 } });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`${base}/programacion?lang=es`);
      const today = page.locator('tbody.today');
      expect(await today.locator('th').innerText()).toMatch(/hoy\s*sábado,? 28/iu);
      const box = await today.locator('th').boundingBox();
      expect(box!.y).toBeLessThan(640);
      expect(await page.getByText('Lunes, 23').isVisible()).toBe(false);
      await page.getByText('Días anteriores').click();
      expect(await page.locator('details th.day').first().isVisible()).toBe(true);
      expect(await page.locator('th.day').count()).toBe(7);
    } finally {
      now = before;
      await context.close();
    }
  });

  test('headings stand over their columns', async () => {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    try {
      page.setDefaultTimeout(60_000);
      await page.goto(`${base}/programacion`);
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
    const far = await (await get('/programacion?semana=2028-01-03')).text();
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
        await page.goto(`${base}/programacion?lang=${lang}`);
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
    document = null;
    const html = await (await get('/programacion')).text();
    document = library.schedule;
    expect(html).toContain('no hay un programa en la parrilla');
    expect(html.match(/Sin programas/g)).toHaveLength(7);
  });
});

const tv = (inside: string): string =>
  `<tv><channel id="a"><display-name>A</display-name></channel>${inside}</tv>`;
const programme = (inside: string): string =>
  `<programme start="2026" channel="a">${inside}</programme>`;

const problems = (inside: string): number => xmlProblems(tv(inside), dtdElements()).length;

function findXmllint(): string | null {
  try {
    return execFileSync('which', ['xmllint'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}
