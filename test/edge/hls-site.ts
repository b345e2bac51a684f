// The public player as viewers get it: the rig's media, control's own web server, the built page, a guide.
import { cpSync } from 'node:fs';
import type { Occurrence } from '../../server/contract/grid.ts';
import type { Output } from '../../server/contract/outputs.ts';
import { publicRoutes } from '../../server/web/public-routes.ts';
import { builtPage } from '../kit/built-page.ts';
import { freePort } from '../kit/ports.ts';
import { webOutput } from '../unit/hls-output.ts';
import type { HlsRig } from './hls-rig.ts';
import { openRoom, station, type Room } from './web-room.ts';

export interface Site {
  readonly room: Room;
  /** What control knows of the web player, and whether the station is ordered on the air. */
  show(output: Partial<Output> | null, order: 'live' | 'stop'): void;
  close(): Promise<void>;
}

/** Opens control's web server for `rig`, with one programme of the guide now and one an hour later. */
export async function openSite(rig: HlsRig, port?: number): Promise<Site> {
  const from = Date.now() - 20 * 60_000;
  const hour = 3_600_000;
  const planned = (title: string, start: number): Occurrence =>
    ({
      id: title,
      program: title,
      title,
      department: 'Hacienda',
      start,
      end: start + hour,
      date: '2026-11-24',
      time: '10:00',
      signLanguage: true,
      captions: false,
    }) as unknown as Occurrence;
  const titles = ['Zona Tributaria', 'Ciclo Vital', 'Mundo Positivo', 'Al Día con el Sisbén'];
  const occurrences = titles.map((title, i) => planned(title, from + i * hour));
  const room = await openRoom({
    // One that nothing else is given while the site is away: it may be opened again.
    port: port ?? (await freePort()),
    monitorUrl: () => rig.monitorUrl(),
    publicRoutes: publicRoutes({
      clock: { now: () => Date.now() },
      station: { ...station, name: 'Capital Musical' },
      grid: {
        week: () => ({ zone: station.zone, version: 1, note: '', occurrences, overrides: [] }),
        programs: () => [],
      },
    }),
  });
  cpSync(await builtPage(), room.pageDir, { recursive: true });
  const show: Site['show'] = (output, order) =>
    room.state.change((draft) => {
      draft.station.name = 'Capital Musical';
      draft.station.colors.brand = '#37506b';
      draft.station.colors.onBrand = '#ffffff';
      draft.air.order = order;
      draft.outputs = output === null ? {} : { web: { ...webOutput, ...output } };
    });
  show({}, 'live');
  return { room, show, close: () => room.close() };
}
