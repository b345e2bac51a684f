// Loads profiles/ and schedules/: each file whole or left out, with what was wrong said to people.
import type { z } from 'zod';
import { scheduleDocument, type ScheduleDocument } from '../contract/grid.ts';
import {
  destinationProfile,
  encoderProfile,
  obsProfile,
  stationProfile,
  unitProfile,
  type DestinationProfile,
  type EncoderProfile,
  type LibraryProblem,
  type ObsProfile,
  type StationProfile,
  type UnitProfile,
} from '../contract/profiles.ts';
import { fallbackEncoder, fallbackStation } from './fallback.ts';
import { holidayTable, type HolidayTable } from './holidays.ts';
import { listFiles, readFile, type Complain, type FileRead } from './read-file.ts';
import { checkDestination, checkEncoder, checkObs, checkStation, oneOf } from './references.ts';

/** Everything the files say, validated; frozen. */
export interface Library {
  readonly station: StationProfile;
  /** True when profiles/station.json could not be used and `station` is the built-in neutral one. */
  readonly stationIsFallback: boolean;
  /** The encoding in use: the station's, or what stands in for it (then `problems` says so). */
  readonly encoder: EncoderProfile;
  readonly encoders: ReadonlyMap<string, EncoderProfile>;
  readonly destinations: ReadonlyMap<string, DestinationProfile>;
  readonly units: ReadonlyMap<string, UnitProfile>;
  /** The station's OBS profile; null when it could not be read (a managed OBS cannot be made then). */
  readonly obs: ObsProfile | null;
  /** The station's schedule file; null when it could not be read. */
  readonly schedule: ScheduleDocument | null;
  readonly holidays: readonly HolidayTable[];
  readonly problems: readonly LibraryProblem[];
}

interface Folder<T> {
  readonly read: ReadonlyMap<string, T>;
  readonly problems: LibraryProblem[];
}

const isHolidays = (name: string): boolean => name.startsWith('holidays-');

/** Reads every file under `rootDir`; what is wrong becomes `problems`, never an exception. */
export function loadLibrary(
  rootDir: string,
  hostZone = Intl.DateTimeFormat().resolvedOptions().timeZone,
): Library {
  const stationFile = readFile(rootDir, 'profiles/station.json', stationProfile);
  const encoders = readFolder(rootDir, 'profiles/encoders', encoderProfile, checkEncoder);
  const destinations = readFolder(
    rootDir,
    'profiles/destinations',
    destinationProfile,
    checkDestination,
  );
  const units = readFolder(rootDir, 'profiles/units', unitProfile);
  const obs = readFolder(rootDir, 'profiles/obs', obsProfile, checkObs);
  const schedules = readFolder(rootDir, 'schedules', scheduleDocument, undefined, (id) =>
    isHolidays(id) ? null : id,
  );
  const holidays = readFolder(rootDir, 'schedules', holidayTable, undefined, (id) =>
    isHolidays(id) ? id.slice('holidays-'.length) : null,
  );

  if (stationFile.value) checkStation(stationFile.value, stationFile.complain);
  const stationIsFallback = stationFile.value === null || stationFile.problems.length > 0;
  const station =
    stationFile.value === null || stationIsFallback ? fallbackStation(hostZone) : stationFile.value;
  const ownProblems = stationFile.problems.length;
  // A station that names a part left out keeps its identity; only that part is missing.
  if (!stationIsFallback) {
    checkChoice('encoder', station.encoder, encoders, stationFile.complain);
    checkChoice('obs', station.obs, obs, stationFile.complain);
    checkChoice('schedule', station.schedule, schedules, stationFile.complain);
  }
  const onlyObs = obs.read.size === 1 ? [...obs.read.values()][0] : undefined;
  return Object.freeze({
    station,
    stationIsFallback,
    encoder:
      encoders.read.get(station.encoder) ?? [...encoders.read.values()][0] ?? fallbackEncoder,
    encoders: encoders.read,
    destinations: destinations.read,
    units: units.read,
    obs: obs.read.get(station.obs) ?? (stationIsFallback ? onlyObs : undefined) ?? null,
    schedule: schedules.read.get(station.schedule) ?? null,
    holidays: [...holidays.read.values()],
    problems: [
      ...stationFile.problems.slice(0, ownProblems),
      ...[encoders, destinations, units, obs, schedules, holidays].flatMap((f) => f.problems),
      // Last what only follows from the files above: a choice that was left out.
      ...stationFile.problems.slice(ownProblems),
    ],
  });
}

/** Reads the files of `folder` whose name `idOf` gives an id for; a file's `id` must be that one. */
function readFolder<S extends z.ZodType<{ id: string }>>(
  rootDir: string,
  folder: string,
  schema: S,
  check: (value: z.output<S>, complain: Complain) => void = () => undefined,
  idOf: (name: string) => string | null = (name) => name,
): Folder<z.output<S>> {
  const read = new Map<string, z.output<S>>();
  const problems: LibraryProblem[] = [];
  for (const name of listFiles(rootDir, folder)) {
    const id = idOf(name);
    if (id === null) continue;
    const file: FileRead<z.output<S>> = readFile(rootDir, `${folder}/${name}.json`, schema);
    if (file.value) {
      if (file.value.id !== id) {
        file.complain(['id'], {
          es: `«${id}», como el nombre del archivo`,
          en: `"${id}", as the file is named`,
        });
      }
      check(file.value, file.complain);
      if (file.problems.length === 0) read.set(id, file.value);
    }
    problems.push(...file.problems);
  }
  return { read, problems };
}

function checkChoice(
  field: 'encoder' | 'obs' | 'schedule',
  id: string,
  folder: Folder<unknown>,
  complain: Complain,
): void {
  if (!folder.read.has(id)) complain([field], oneOf([...folder.read.keys()]));
}
