// Control's one door: every room's commands, the page, the public pages and the link to air, on one port.
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { addresses, greeting, type Print } from '../console.ts';
import { libraryHandlers } from '../library/service.ts';
import type { AirLinkAdapter } from '../web/air-link.ts';
import { publicRoutes } from '../web/public-routes.ts';
import { createWeb, type Web } from '../web/web.ts';
import type { Ground } from './ground.ts';
import type { Rooms } from './rooms.ts';

const version = '0.1.0';

/**
 * Serves; throws `unavailable` in words when the port is taken. `started` says whether everything
 * behind it is. Answers with the port served, and with how to tell the pages of an orderly end.
 */
export async function openDoor(
  ground: Ground,
  rooms: Rooms,
  airLink: AirLinkAdapter,
  started: () => boolean,
): Promise<{ readonly port: number } & Pick<Web, 'farewell'>> {
  const { config, alarms, access, library, clock } = ground;
  const { switcher, air, uplink, field, grid } = rooms;
  const pageDir = join(config.rootDir, 'control-ui', 'dist');
  const web = createWeb({
    clock,
    log: ground.log,
    state: ground.store,
    audit: ground.audit,
    access,
    handlers: {
      ...switcher.handlers,
      ...air.handlers,
      ...uplink.handlers,
      ...field.handlers,
      ...grid.handlers,
      ...access.handlers,
      ...libraryHandlers(library),
      'alarm.acknowledge': async (input, context) => {
        alarms.acknowledge(input.id, context.actor);
        return {};
      },
    },
    airLink,
    signals: switcher,
    monitorUrl: () => air.monitorUrl(),
    publicRoutes: publicRoutes({ grid, station: library.station, clock, pageDir }),
    pageDir,
    playerFramedBy: library.station.player.framedBy,
    ready: () => started() && ground.database.healthy(),
    version,
  });
  ground.closers.add(() => web.close());
  const { port } = await web.listen(config.host, config.port);
  return { port, farewell: (farewell) => web.farewell(farewell) };
}

/** Prints where control is served, and the one-time link of the first administrator while there is none. */
export function greet({ config, library, access }: Ground, port: number, print: Print): void {
  const { clockOffsetMs, host } = config;
  const urls = addresses(host, port);
  const lines = greeting(library.station.name, urls, access.setupToken(), clockOffsetMs);
  for (const line of lines) print(line);
}

/** Where a process on this machine reaches control. */
export function localUrl({ host }: Config, port: number): string {
  const all = host === '0.0.0.0' || host === '::';
  return `http://${all ? '127.0.0.1' : host}:${port}`;
}
