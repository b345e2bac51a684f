// The grid as other programs read it, over HTTP with the real headers: JSON, iCalendar and XMLTV.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostile, library, startPublic, type PublicRig } from './public-rig.ts';
import { dtdElements, dtdText, xmlProblems } from './public-xmltv.ts';

let rig: PublicRig;
beforeAll(async () => {
  rig = await startPublic();
});
afterAll(() => rig.close());

/** By plain HTTP: fetch adds `Cache-Control: no-cache` of its own to a conditional request. */
function statusOf(path: string, etag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${rig.base}${path}`, { headers: { 'If-None-Match': etag } }, (res) => {
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
    const res = await rig.get(`/api/v1/public/schedule.json?${week}`);
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
    const body = (await (await rig.get('/api/v1/public/schedule.json')).json()) as Body;
    expect([body.from, body.to]).toEqual(['2026-11-24', '2026-11-30']);
  });

  test('answers 304 to who has it', async () => {
    const first = await rig.get(`/api/v1/public/schedule.json?${week}`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    rig.now += 5000;
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
      const res = await rig.get(`/api/v1/public/schedule.${kind}?${query}`);
      expect(res.status).toBe(400);
      expect(res.headers.get('content-type')).toContain('application/problem+json');
      const body = (await res.json()) as { code: string; context: { issues: { path: string }[] } };
      expect(body.code).toBe('invalid');
      expect(body.context.issues[0]?.path).toBe(path);
    }
  });

  test('an insert interrupts and is gone back from: never two things at once', async () => {
    rig.changes = [
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
      await rig.get('/api/v1/public/schedule.json?from=2026-11-23&to=2026-11-23')
    ).json()) as Body;
    rig.changes = [];
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
    rig.document = hostile;
    const res = await rig.get(`/api/v1/public/schedule.ics?${week}`);
    rig.document = library.schedule;
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
    rig.document = hostile;
    const res = await rig.get(`/api/v1/public/schedule.xml?${week}`);
    rig.document = library.schedule;
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
