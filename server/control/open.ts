// Control as a whole: opens everything in order, and ends it in reverse.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { announceParts, type Print } from '../console.ts';
import { createFileOnce } from '../core/atomic-file.ts';
import { createClosers } from '../core/closers.ts';
import { newSecret } from '../core/ids.ts';
import { createLog } from '../core/log.ts';
import { createAirLink } from '../web/air-link.ts';
import { greet, localUrl, openDoor } from './door.ts';
import { openGround } from './ground.ts';
import { openAirProcess, openObs } from './machines.ts';
import { openRooms } from './rooms.ts';

/**
 * How control ends. `stop`: with all that is its own, a managed air and OBS included, as Ctrl-C
 * promises. `handOver`: alone; air and OBS go on as they are, and the next start adopts them.
 */
export type End = 'stop' | 'handOver';

export interface Control {
  end(how: End): Promise<void>;
}

/** Opens everything and says so by `print`; throws StudioError in words after closing what was open. */
export async function openControl(config: Config, print: Print): Promise<Control> {
  const log = createLog(config.logLevel, 'control');
  const closers = createClosers(log);
  let ending: End = 'stop';
  let started = false;
  const ends = (): boolean => ending === 'stop';
  try {
    const ground = await openGround(config, log, closers, print);
    const tokenFile = join(config.dataDir, 'air.token');
    createFileOnce(tokenFile, newSecret(32));
    const token = readFileSync(tokenFile, 'utf8').trim();
    const link = createAirLink({ token, clock: ground.clock, log });
    const rooms = await openRooms(ground, link);
    const door = await openDoor(ground, rooms, link, () => started);
    greet(ground, door.port, print);

    await rooms.grid.start();
    openObs(ground, rooms, ends);
    const hush = announceParts(ground.store, print);
    closers.add(hush);
    if (config.air === 'managed') {
      openAirProcess(ground, link, { controlUrl: localUrl(config, door.port), tokenFile }, ends);
    }
    started = true;
    return {
      async end(how) {
        ending = how;
        // What ends now is no news.
        hush();
        // The next start must not broadcast by itself what a person ended here; an air with a service
        // of its own is not ended here.
        const airEnds = how === 'stop' && config.air === 'managed';
        if (airEnds) await rooms.air.standDown();
        else await rooms.air.handOver();
        // What the pages know now is the last true thing; the end of air and OBS is no loss of them.
        door.farewell(airEnds ? 'airEnds' : 'airGoesOn');
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
