// /en-vivo, the player for citizens: the page with the station's name in it, and whether there is something to watch.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Router } from 'express';
import type { Output } from '../contract/outputs.ts';
import type { PublicLive } from '../contract/public-live.ts';
import type { StudioState } from '../contract/state.ts';
import type { Clock } from '../core/clock.ts';
import { escapeXml } from './public-listings.ts';
import { setPlayerHeaders } from './security-headers.ts';

export interface EnVivoPorts {
  readonly state: () => StudioState;
  /** The station's clock. */
  readonly clock: Pick<Clock, 'now'>;
  /** Folder of the built page. */
  readonly pageDir: string;
  /** Origins whose pages may show the player in a frame; nobody's unless given. */
  readonly framedBy?: readonly string[];
}

/** Words of the page's HTML that are the station's: `{{name}}` and so on. */
const placeholder = /\{\{(name|shortName|city|brand|onBrand)\}\}/g;

/** The routes, to be mounted at `/` before the control page, which answers to any path. */
export function enVivoRoutes(ports: EnVivoPorts): Router {
  const file = join(ports.pageDir, 'en-vivo.html');
  const router = express.Router();
  let template = { text: '', builtAt: 0 };

  function html(): string | null {
    const builtAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
    if (builtAt === null) return null;
    if (builtAt !== template.builtAt) template = { text: readFileSync(file, 'utf8'), builtAt };
    const { name, shortName, city, colors } = ports.state().station;
    const words = { name, shortName, city, brand: colors.brand, onBrand: colors.onBrand };
    return template.text.replaceAll(placeholder, (_all, key: keyof typeof words) =>
      escapeXml(words[key]),
    );
  }

  router.get(['/en-vivo', '/en-vivo.html'], (_req, res, next) => {
    const text = html();
    if (text === null) return next();
    setPlayerHeaders(res, ports.framedBy ?? []);
    res.setHeader('Cache-Control', 'no-cache');
    res.type('text/html; charset=utf-8').send(text);
  });
  router.get('/api/v1/public/live.json', (_req, res) => {
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    res.setHeader('Cache-Control', 'public, max-age=2');
    res.json(publicLiveOf(ports.state(), ports.clock.now()));
  });
  return router;
}

/** What anybody may know, of the first web player that is live; `now` is the station's clock. */
export function publicLiveOf(state: StudioState, now: number): PublicLive {
  const { name, shortName, city, zone, locale, colors, clockOffsetMs } = state.station;
  const wanted = Object.values(state.outputs).filter(
    (o) => o.kind === 'hls' && o.order === 'start',
  );
  const live = wanted.find((o) => o.state === 'live' && o.playPath !== null);
  return {
    station: {
      name,
      shortName,
      city,
      zone,
      locale,
      colors: { brand: colors.brand, onBrand: colors.onBrand },
    },
    state: live ? 'live' : waitingState(state, wanted),
    playlist: live?.playPath ?? null,
    now,
    utc: now - clockOffsetMs,
  };
}

/** Of web players that are wanted, none of them live. */
function waitingState(state: StudioState, wanted: readonly Output[]): PublicLive['state'] {
  if (wanted.length === 0 || state.air.order !== 'live') return 'off';
  const begins = (o: Output): boolean => o.state === 'starting' || o.state === 'idle';
  return state.air.connected && wanted.some(begins) ? 'starting' : 'interrupted';
}
