// The programme guide as data for other machines: JSON, iCalendar (RFC 5545) and XMLTV. Pure.
import type { Occurrence, Program } from '../contract/grid.ts';
import { playPlan, shownOccurrence } from '../grid/plan.ts';
import { wallClock } from '../grid/wall-clock.ts';

/** One stretch of the guide: what airs, never two at once. */
export interface Listing {
  /** Unique within a guide and the same each time it is asked for. */
  readonly id: string;
  readonly title: string;
  readonly department: string;
  readonly description: string;
  readonly genre: string;
  /** Epoch ms. */
  readonly start: number;
  readonly end: number;
  /** Local date and time of the start. */
  readonly date: string;
  readonly time: string;
  readonly signLanguage: boolean;
  readonly captions: boolean;
  /** True when it goes on after something that interrupted it. */
  readonly continued: boolean;
}

/** Who publishes the guide, and what of the plan it is. */
export interface Guide {
  readonly station: { readonly name: string; readonly city: string };
  readonly zone: string;
  readonly version: number;
  readonly note: string;
  /** First and last local dates, both included. */
  readonly from: string;
  readonly to: string;
  readonly listings: readonly Listing[];
}

/** Occurrences as the public sees them: flattened, without scenes or anything else of the studio. */
export function listingsOf(
  occurrences: readonly Occurrence[],
  programs: readonly Program[],
  zone: string,
): Listing[] {
  const known = new Map(programs.map((p) => [p.id, p]));
  return playPlan(occurrences).map((segment) => {
    const o = shownOccurrence(segment, zone);
    const program = known.get(o.program);
    return {
      id: segment.resumed ? `${o.id}+${o.date}T${o.time}` : o.id,
      title: o.title,
      department: o.department,
      description: program?.description ?? '',
      genre: program?.genre ?? '',
      start: o.start,
      end: o.end,
      date: o.date,
      time: o.time,
      signLanguage: o.signLanguage,
      captions: o.captions,
      continued: segment.resumed,
    };
  });
}

/** `2026-11-24T08:00:00-05:00`: an instant as the wall of the station shows it. */
export function isoLocal(instant: number, zone: string): string {
  const { date, time, offsetMinutes } = wallClock(instant, zone);
  return `${date}T${time.length === 5 ? `${time}:00` : time}${offset(offsetMinutes, ':')}`;
}

/** The guide as JSON text. */
export function scheduleJson(guide: Guide): string {
  const { station, zone, version, note, from, to, listings } = guide;
  return JSON.stringify({
    station: { ...station, zone },
    version,
    note,
    from,
    to,
    occurrences: listings.map((l) => ({
      ...l,
      start: isoLocal(l.start, zone),
      end: isoLocal(l.end, zone),
    })),
  });
}

/** The guide as iCalendar; `stampedAt` (epoch ms) is the DTSTAMP of every event. */
export function scheduleIcs(guide: Guide, stampedAt: number): string {
  const domain = slug(guide.station.name);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:-//${icsText(guide.station.name)}//Programacion//ES`,
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${icsText(guide.station.name)}`,
    `X-WR-TIMEZONE:${guide.zone}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    ...guide.listings.flatMap((l) => [
      'BEGIN:VEVENT',
      `UID:${icsText(l.id)}@${domain}`,
      `DTSTAMP:${utcStamp(stampedAt)}`,
      `DTSTART:${utcStamp(l.start)}`,
      `DTEND:${utcStamp(l.end)}`,
      `SUMMARY:${icsText(l.title)}`,
      `DESCRIPTION:${icsText(describe(l))}`,
      ...(l.genre === '' ? [] : [`CATEGORIES:${icsText(l.genre)}`]),
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

/** The guide as XMLTV, valid against its DTD. */
export function scheduleXmltv(guide: Guide): string {
  const channel = `${slug(guide.station.name)}.${slug(guide.station.city)}`;
  const programmes = guide.listings.map((l) => {
    const accessibility = [
      l.captions ? '<subtitles type="onscreen"><language>es</language></subtitles>' : '',
      l.signLanguage ? '<subtitles type="deaf-signed"><language>es</language></subtitles>' : '',
    ];
    return [
      `<programme start="${xmltvStamp(l.start, guide.zone)}" stop="${xmltvStamp(l.end, guide.zone)}" channel="${escapeXml(channel)}">`,
      `<title lang="es">${escapeXml(l.title)}</title>`,
      `<desc lang="es">${escapeXml(describe(l))}</desc>`,
      l.genre === '' ? '' : `<category lang="es">${escapeXml(l.genre)}</category>`,
      '<language>es</language>',
      ...accessibility,
      '</programme>',
    ].join('');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE tv SYSTEM "xmltv.dtd">',
    `<tv source-info-name="${escapeXml(guide.station.name)}">`,
    `<channel id="${escapeXml(channel)}"><display-name lang="es">${escapeXml(guide.station.name)}</display-name></channel>`,
    ...programmes,
    '</tv>',
    '',
  ].join('\n');
}

/** Text safe inside XML and HTML, in elements and in quoted attributes; control characters are dropped. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function describe(l: Listing): string {
  return l.description === '' ? l.department : `${l.description} (${l.department})`;
}

function slug(text: string): string {
  const plain = text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return plain === '' ? 'estacion' : plain;
}

function offset(minutes: number, separator: ':' | ''): string {
  const sign = minutes < 0 ? '-' : '+';
  const h = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0');
  return `${sign}${h}${separator}${String(Math.abs(minutes) % 60).padStart(2, '0')}`;
}

function xmltvStamp(instant: number, zone: string): string {
  const { date, time, offsetMinutes } = wallClock(instant, zone);
  const digits = `${date}${time}`.replaceAll(/\D/g, '').padEnd(14, '0');
  return `${digits} ${offset(offsetMinutes, '')}`;
}

function utcStamp(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function icsText(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll(';', '\\;')
    .replaceAll(',', '\\,');
}

/** Content lines end at 75 octets; the rest goes on after a line break and a space, never inside a character. */
function folded(line: string): string {
  const out: string[] = [];
  let current = '';
  let octets = 0;
  for (const char of line) {
    const size = Buffer.byteLength(char);
    if (octets + size > 75) {
      out.push(current);
      current = ' ';
      octets = 1;
    }
    current += char;
    octets += size;
  }
  return [...out, current].join('\r\n');
}
