// /programacion: the week as a page that needs no script, for citizens, screen readers and search engines. Pure.
import { addDays } from '../grid/dates.ts';
import { wallClock } from '../grid/wall-clock.ts';
import { escapeXml, isoLocal, type Guide, type Listing } from './public-listings.ts';
import { publicWords, type PublicLanguage } from './public-words.ts';

export interface PublicPageInput {
  readonly guide: Guide;
  readonly language: PublicLanguage;
  /** BCP 47 of the station, used for Spanish dates, e.g. `es-CO`. */
  readonly locale: string;
  /** Epoch ms. */
  readonly now: number;
  readonly present: Listing | null;
  readonly next: Listing | null;
  /** Whether the weeks before and after may be asked for. */
  readonly earlier: boolean;
  readonly later: boolean;
  /** Address of the style sheet, and the bar's colour, `#rrggbb`. */
  readonly style: string;
  readonly brand: string;
}

/** The whole page; its guide is one week, from Monday to Sunday. */
export function publicPage(input: PublicPageInput): string {
  const { guide, language } = input;
  const w = publicWords[language];
  const name = escapeXml(guide.station.name);
  const days = Array.from({ length: 7 }, (_, i) => addDays(guide.from, i));
  const today = wallClock(input.now, guide.zone).date;
  const other = language === 'es' ? 'en' : 'es';
  // What is over is folded away: who opens the page on a Saturday sees Saturday.
  const over = days.includes(today) ? days.filter((date) => date < today) : [];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${w.title} · ${name}</title>
<meta name="description" content="${w.title}: ${name}, ${escapeXml(guide.station.city)}">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="${escapeXml(input.brand)}">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${input.style}">
<link rel="alternate" type="text/calendar" href="/api/v1/public/schedule.ics" title="${w.calendar}">
<script type="application/ld+json">${jsonLd(guide)}</script>
</head>
<body>
<header class="top">
${logo}
<p class="station">${name}</p>
<nav class="links" aria-label="${name}">
<a href="/en-vivo?lang=${language}">${w.watch}</a>
<a href="${link(guide.from, other)}" lang="${other}" hreflang="${other}">${w.other}</a>
</nav>
</header>
<main class="wrap">
<h1>${w.title}</h1>
${guide.note === '' ? '' : `<p class="note" lang="es">${escapeXml(guide.note)}</p>`}
${onNow(input)}
<nav aria-label="${w.weeks}"><ul class="weeks">
${input.earlier ? `<li><a rel="prev nofollow" href="${link(addDays(guide.from, -7), language)}">← ${w.previous}</a></li>` : ''}
${days.includes(today) ? '' : `<li><a href="${link(today, language)}">${w.thisWeek}</a></li>`}
${input.later ? `<li><a rel="next nofollow" href="${link(addDays(guide.from, 7), language)}">${w.following} →</a></li>` : ''}
</ul></nav>
<h2>${w.week}: ${rangeText(input)}</h2>
${over.length === 0 ? '' : `<details><summary>${w.earlierDays}</summary>${table(w.earlierDays, over, today, input)}</details>`}
${table(
  `${w.week}: ${rangeText(input)}`,
  days.filter((date) => !over.includes(date)),
  today,
  input,
)}
<p class="zone">${w.zone} ${escapeXml(guide.station.city)} (${escapeXml(guide.zone)}).</p>
</main>
<footer><div class="wrap"><h2>${w.feeds}</h2><ul class="feeds">
<li><a href="/api/v1/public/schedule.ics">${w.calendar}</a></li>
<li><a href="/api/v1/public/schedule.xml">${w.guide}</a></li>
<li><a href="/api/v1/public/schedule.json">${w.data}</a></li>
</ul></div></footer>
</body>
</html>
`;
}

/** The drawing of /icon.svg, within the page: no address to wait for. */
const logo = `<svg class="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><rect width="32" height="32" rx="6" fill="#0b0e12"/><rect x="4" y="8" width="24" height="16" rx="2" fill="none" stroke="#eef2f7" stroke-width="2"/><rect x="12" y="12" width="8" height="8" fill="#eef2f7"/></svg>`;

/** The days `dates` as a table; `name` is said to who cannot see it, and is HTML already. */
function table(
  name: string,
  dates: readonly string[],
  today: string,
  input: PublicPageInput,
): string {
  const w = publicWords[input.language];
  return `<table aria-label="${name}">
<thead><tr><th scope="col">${w.time}</th><th scope="col">${w.programme}</th><th scope="col">${w.department}</th><th scope="col">${w.access}</th></tr></thead>
${dates.map((date) => dayRows(date, today, input)).join('\n')}
</table>`;
}

const strongTitle = (l: Listing): string => `<strong lang="es">${escapeXml(l.title)}</strong>`;

function onNow(input: PublicPageInput): string {
  const { guide, language, present, next } = input;
  const w = publicWords[language];
  const first = present
    ? `${w.now}: ${strongTitle(present)} · ${w.until} ${wallClock(present.end, guide.zone).time}`
    : w.nothingNow;
  const second = next
    ? `<p>${w.next}: ${strongTitle(next)} · ${shortDay(next, input)} ${next.time}</p>`
    : '';
  const watch = present
    ? `<p><a class="watch" href="/en-vivo?lang=${language}">${w.watch}</a></p>`
    : '';
  return `<div class="on-now${present ? ' present' : ''}"><p>${first}</p>${second}${watch}</div>`;
}

function dayRows(date: string, today: string, input: PublicPageInput): string {
  const w = publicWords[input.language];
  const isToday = date === today;
  const listings = input.guide.listings.filter((l) => l.date === date);
  const rows =
    listings.length === 0
      ? `<tr><td class="empty" colspan="4">${w.empty}</td></tr>`
      : listings.map((l) => row(l, input)).join('\n');
  const mark = isToday ? `<span class="mark today">${w.today}</span> ` : '';
  const heading = `${mark}<span class="date">${dayText(date, input)}</span>`;
  return `<tbody${isToday ? ' class="today"' : ''}>
<tr><th class="day" colspan="4" scope="rowgroup">${heading}</th></tr>
${rows}
</tbody>`;
}

function row(l: Listing, { guide, language, present }: PublicPageInput): string {
  const w = publicWords[language];
  const isNow = present?.id === l.id;
  const end = wallClock(l.end, guide.zone).time;
  const marks = [
    l.signLanguage ? `<span class="mark">${w.signLanguage}</span>` : '',
    l.captions ? `<span class="mark">${w.captions}</span>` : '',
  ];
  return `<tr${isNow ? ' class="now"' : ''}>
<td class="time"><time datetime="${isoLocal(l.start, guide.zone)}">${l.time}</time> – ${end}</td>
<td>${isNow ? `<span class="mark live">${w.now}</span> ` : ''}<span class="title" lang="es">${escapeXml(l.title)}</span>${l.continued ? ` (${w.continued})` : ''}${l.description === '' ? '' : `<span class="more" lang="es">${escapeXml(l.description)}</span>`}</td>
<td lang="es">${escapeXml(l.department)}</td>
<td>${marks.join(' ')}</td>
</tr>`;
}

/** A data block: browsers do not run it, so the content policy lets it pass; `<` cannot close it. */
function jsonLd(guide: Guide): string {
  const channel = {
    '@type': 'BroadcastService',
    name: guide.station.name,
    broadcastDisplayName: guide.station.name,
    areaServed: guide.station.city,
  };
  const graph = guide.listings.map((l) => ({
    '@type': 'BroadcastEvent',
    name: l.title,
    ...(l.description === '' ? {} : { description: l.description }),
    startDate: isoLocal(l.start, guide.zone),
    endDate: isoLocal(l.end, guide.zone),
    isLiveBroadcast: true,
    inLanguage: 'es',
    ...(l.captions ? { subtitleLanguage: 'es' } : {}),
    organizer: { '@type': 'GovernmentOrganization', name: l.department },
    publishedOn: channel,
  }));
  return JSON.stringify({ '@context': 'https://schema.org', '@graph': graph })
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function link(date: string, language: PublicLanguage): string {
  return `/programacion?semana=${date}&amp;lang=${language}`;
}

/** Noon UTC of a local date; shown in UTC it is the date itself, whatever zone the machine is in. */
const noonOf = (date: string): number => Date.parse(`${date}T12:00:00Z`);

function format(
  date: string,
  language: PublicLanguage,
  locale: string,
  options: Intl.DateTimeFormatOptions,
): string {
  const tag = language === 'es' ? locale : 'en-GB';
  return escapeXml(
    new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' }).format(noonOf(date)),
  );
}

function dayText(date: string, { language, locale }: PublicPageInput): string {
  return format(date, language, locale, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** `23–29 de noviembre de 2026`, the way the language joins two dates. */
function rangeText({ guide, language, locale }: PublicPageInput): string {
  const tag = language === 'es' ? locale : 'en-GB';
  const written = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' });
  return escapeXml(written.formatRange(noonOf(guide.from), noonOf(guide.to)));
}

function shortDay(l: Listing, { language, locale }: PublicPageInput): string {
  return format(l.date, language, locale, { weekday: 'short', day: 'numeric' });
}
