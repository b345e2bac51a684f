// The processes control starts or adopts: OBS and the air. They outlive it unless it is told to end them.
import { createAirProcess } from '../outputs/air-process.ts';
import { createObsRuntime } from '../switcher/obs-runtime.ts';
import type { AirLink } from '../web/air-link.ts';
import type { Ground } from './ground.ts';
import type { Rooms } from './rooms.ts';

/** Looks for an OBS, or starts one; `ends` is asked at the close whether a managed one ends too. */
export function openObs(ground: Ground, rooms: Rooms, ends: () => boolean): void {
  const { library } = ground;
  const { client, switcher } = rooms;
  const obs = createObsRuntime({
    ...ground,
    client,
    switcher,
    profile: library.obs,
    station: library.station,
    encoder: library.encoder,
  });
  ground.closers.add(() => obs.close({ stop: ends() }));
  void obs.start();
}

/** Starts or adopts the air that dials `controlUrl`; `ends` is asked at the close whether it ends too. */
export function openAirProcess(
  ground: Ground,
  link: AirLink,
  dials: { readonly controlUrl: string; readonly tokenFile: string },
  ends: () => boolean,
): void {
  const { config } = ground;
  const airProcess = createAirProcess({
    ...ground,
    ...dials,
    link,
    dataDir: config.dataDir,
    recordingsDir: config.recordingsDir,
    rootDir: config.rootDir,
    logLevel: config.logLevel,
    inherited: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  airProcess.start();
  ground.closers.add(() => airProcess.close({ stopAir: ends() }));
}
