// What anybody may read without signing in: the week as a page, and the guide as JSON, iCalendar and XMLTV.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Request, type Response, type Router } from 'express';
import { localDate, type Program } from '../contract/grid.ts';
import type { StationProfile } from '../contract/profiles.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import { addDays, dayNumber, firstDate, lastDate, mondayOf } from '../grid/dates.ts';
import type { GridWeek } from '../grid/plan-keeper.ts';
import { wallClock } from '../grid/wall-clock.ts';
import {
  listingsOf,
  scheduleIcs,
  scheduleJson,
  scheduleXmltv,
  type Guide,
} from './public-listings.ts';
import { publicPage } from './public-page.ts';
import { publicStyle } from './public-style.ts';
import { publicLanguage } from './public-words.ts';

export interface PublicPorts {
  readonly grid: {
    /** Occurrences that touch the local dates, both included, at most 62 days; throws `invalid`. */
    week(from: string, to: string): GridWeek;
    programs(): readonly Program[];
  };
  readonly station: Pick<StationProfile, 'name' | 'city' | 'zone' | 'locale' | 'colors'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Folder of the built page, whose font this one shares; without it, the system's. */
  readonly pageDir?: string;
}

/** Weeks before and after the present one that the page links to. */
const weeksBack = 8;
const weeksAhead = 26;
const dayMs = 86_400_000;

/** The routes, to be mounted at `/`; bad queries throw `invalid` for the problem middleware. */
export function publicRoutes(ports: PublicPorts): Router {
  const { grid, clock, station } = ports;
  const router = express.Router();
  const today = (): string => wallClock(clock.now(), station.zone).date;

  function guide(from: string, to: string): Guide {
    const { name, city, zone } = station;
    const week = grid.week(from, to);
    const listings = listingsOf(week.occurrences, grid.programs(), zone);
    return {
      station: { name, city },
      zone,
      version: week.version,
      note: week.note,
      from,
      to,
      listings,
    };
  }

  /** `from` and `to` of a request; a week from today on where they are left out. */
  function asked(req: Request): Guide {
    const from = dateQuery(req, 'from') ?? today();
    return guide(from, dateQuery(req, 'to') ?? addDays(from, 6));
  }

  router.get('/api/v1/public/schedule.json', (req, res) => {
    shared(res, 'application/json; charset=utf-8', scheduleJson(asked(req)));
  });
  router.get('/api/v1/public/schedule.ics', (req, res) => {
    const stamped = Math.floor(clock.now() / dayMs) * dayMs;
    res.setHeader('Content-Disposition', 'inline; filename="programacion.ics"');
    shared(res, 'text/calendar; charset=utf-8', scheduleIcs(asked(req), stamped));
  });
  router.get('/api/v1/public/schedule.xml', (req, res) => {
    shared(res, 'application/xml; charset=utf-8', scheduleXmltv(asked(req)));
  });
  const style = (): string => publicStyle(station.colors, fontOf(ports.pageDir));
  router.get('/programacion.css', (_req, res) => {
    kept(res, 3600);
    res.type('text/css; charset=utf-8').send(style());
  });
  router.get('/programacion', (req, res) => {
    const language = publicLanguage(req.query['lang'], req.acceptsLanguages());
    res.vary('Accept-Language');
    const now = clock.now();
    const present = mondayOf(today());
    const monday = mondayOf(weekQuery(req) ?? present);
    const away = (dayNumber(monday) - dayNumber(present)) / 7;
    const around = guide(today(), addDays(today(), 7)).listings;
    kept(res, 30);
    res.type('text/html; charset=utf-8').send(
      publicPage({
        guide: guide(monday, addDays(monday, 6)),
        language,
        locale: station.locale,
        now,
        present: around.find((l) => l.start <= now && l.end > now) ?? null,
        next: around.find((l) => l.start > now) ?? null,
        earlier: away > -weeksBack,
        later: away < weeksAhead,
        // Another name for each content: no page is shown in the style of the version before.
        style: `/programacion.css?v=${createHash('sha256').update(style()).digest('hex').slice(0, 8)}`,
        brand: station.colors.brand,
      }),
    );
  });
  return router;
}

/** The font of the built player, at its own address, so that it is fetched once for both. */
function fontOf(pageDir: string | undefined): string | null {
  if (pageDir === undefined) return null;
  try {
    const files = readdirSync(join(pageDir, 'assets'));
    const font = files.find((file) => /^inter-latin-wght-normal-[\w-]+\.woff2$/.test(file));
    return font === undefined ? null : `/assets/${font}`;
  } catch {
    // Not built yet.
    return null;
  }
}

/** Data that any site may show and any cache may keep for a minute; express adds ETag and answers 304. */
function shared(res: Response, type: string, body: string): void {
  res.setHeader('Access-Control-Allow-Origin', '*');
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  kept(res, 60);
  res.type(type).send(body);
}

function kept(res: Response, seconds: number): void {
  res.setHeader('Cache-Control', `public, max-age=${seconds}`);
}

function dateQuery(req: Request, name: 'from' | 'to'): string | undefined {
  const given = req.query[name];
  if (given === undefined) return undefined;
  if (validDate(given)) return given;
  const message = `a date as YYYY-MM-DD from ${firstDate} to ${lastDate}`;
  throw new StudioError(
    'invalid',
    {
      es: `Dato no válido «${name}»: se esperaba una fecha como AAAA-MM-DD, de ${firstDate} a ${lastDate}.`,
      en: `Invalid input «${name}»: expected ${message}.`,
    },
    { context: { issues: [{ path: name, message }] } },
  );
}

/** The week a person asked for; an address that was mistyped shows the present one. */
function weekQuery(req: Request): string | undefined {
  const given = req.query['semana'];
  return validDate(given) ? given : undefined;
}

function validDate(given: unknown): given is string {
  // A week before the last date, so that the days counted from it exist too.
  return (
    localDate.safeParse(given).success &&
    typeof given === 'string' &&
    given >= addDays(firstDate, 7) &&
    given <= addDays(lastDate, -7)
  );
}
