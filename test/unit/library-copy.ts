// A copy of the files of this project that a test may spoil.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of this project. */
export const project = join(import.meta.dirname, '../..');

const obs = {
  id: 'capital-musical',
  name: 'Prueba',
  sources: [
    { name: 'Fondo', kind: 'color_source_v3', settings: {} },
    { name: 'Rótulo', kind: 'text_ft2_source_v2', settings: {} },
    { name: 'Señal', kind: 'ffmpeg_source', settings: {} },
  ],
  scenes: [
    { name: 'Ya regresamos', items: [{ source: 'Fondo' }] },
    { name: 'Campo', items: [{ source: 'Señal' }, { source: 'Rótulo' }] },
  ],
  slateScene: 'Ya regresamos',
  startScene: 'Ya regresamos',
  fieldSource: 'Señal',
  fieldScene: 'Campo',
  lowerThird: 'Rótulo',
  transition: { name: 'Fundido', kind: 'fade_transition', durationMs: 300 },
};

/** The ids of the destinations of this project, sorted. */
export const destinationFiles = () =>
  readdirSync(join(project, 'profiles/destinations'))
    .map((file) => file.replace('.json', ''))
    .toSorted();

/** The copy, and what may be done to it. */
export interface LibraryCopy {
  readonly root: string;
  /** Writes a file, with the folders it needs. */
  write(file: string, text: string): void;
  /** Changes one file of the copy through its parsed JSON. */
  edit(file: string, change: (value: Record<string, unknown>) => void): void;
  remove(): void;
}

/** Profiles and schedules as they are, with a small OBS profile in place of the real one. */
export function libraryCopy(): LibraryCopy {
  const root = mkdtempSync(join(tmpdir(), 'library-'));
  const write = (file: string, text: string): void => {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const folder of [
    'profiles/encoders',
    'profiles/destinations',
    'profiles/units',
    'schedules',
  ]) {
    cpSync(join(project, folder), join(root, folder), { recursive: true });
  }
  cpSync(join(project, 'profiles/station.json'), join(root, 'profiles/station.json'));
  write('profiles/obs/capital-musical.json', JSON.stringify(obs));
  return {
    root,
    write,
    edit(file, change) {
      const value = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, unknown>;
      change(value);
      write(file, JSON.stringify(value, null, 2));
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
