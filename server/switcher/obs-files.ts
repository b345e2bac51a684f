// The folder of a managed OBS: its password, its settings, its scenes; what an operator changed there stays.
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { EncoderProfile, ObsProfile } from '../contract/profiles.ts';
import { createFileOnce, writeFileAtomic } from '../core/atomic-file.ts';
import { globalIni, obsSetName, profileIni } from './obs-ini.ts';
import type { StationWords } from './obs-words.ts';
import { sceneCollection, startingWith } from './scene-collection.ts';

const processMark = z.object({ pid: z.number().int(), start: z.number() });
const runRecord = z.object({
  obs: processMark,
  xvfb: processMark,
  port: z.number().int(),
  display: z.number().int(),
});
/** Where a running managed OBS is, for whoever starts next. */
export type RunRecord = z.infer<typeof runRecord>;

export interface ObsFiles {
  readonly home: string;
  readonly runtimeDir: string;
  readonly obsLog: string;
  readonly xvfbLog: string;
  password(): string;
  readRun(): RunRecord | null;
  writeRun(record: RunRecord): void;
  /** Writes all settings for the next start; scenes only when they are missing or their profile changed. */
  prepare(port: number, startScene: string | null): void;
}

/** What a managed OBS is made from. */
export interface ObsRecipe {
  readonly profile: ObsProfile;
  readonly encoder: EncoderProfile;
  readonly words: StationWords;
}

/** Opens (or makes) `<dataDir>/obs`, closed to others. `newPassword` is used once, when there is none yet. */
export function openObsFiles(
  dataDir: string,
  recipe: ObsRecipe,
  newPassword: () => string,
): ObsFiles {
  const root = join(dataDir, 'obs');
  const home = join(root, 'home');
  const config = join(home, '.config', 'obs-studio');
  const runtimeDir = join(root, 'run');
  const passwordFile = join(root, 'password');
  const runFile = join(root, 'run.json');
  const scenesFile = join(config, 'basic', 'scenes', `${obsSetName}.json`);
  const madeFile = join(root, 'scenes.sha256');
  for (const folder of [root, home, runtimeDir, config, dirname(scenesFile)]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  // XDG asks for exactly this, whatever the umask made of it.
  chmodSync(root, 0o700);
  chmodSync(runtimeDir, 0o700);
  createFileOnce(passwordFile, newPassword());

  function scenes(startScene: string | null): void {
    const made = sceneCollection(obsSetName, recipe.profile, recipe.encoder, recipe.words);
    const hash = createHash('sha256').update(JSON.stringify(made)).digest('hex');
    const known = existsSync(madeFile) ? readFileSync(madeFile, 'utf8').trim() : null;
    const present = withTransitions(readScenes(), made);
    if (present && known === hash) {
      const next = startScene === null ? present : startingWith(present, startScene);
      writeFileAtomic(scenesFile, JSON.stringify(next));
      return;
    }
    if (existsSync(scenesFile)) copyFileSync(scenesFile, `${scenesFile}.anterior`);
    const next = startScene === null ? made : startingWith(made, startScene);
    writeFileAtomic(scenesFile, JSON.stringify(next));
    writeFileAtomic(madeFile, hash);
  }

  /** OBS saves no transitions when it dies or quits headless: the station's own are put back. */
  function withTransitions(
    saved: Record<string, unknown> | null,
    own: Record<string, unknown>,
  ): Record<string, unknown> | null {
    const list = saved?.['transitions'];
    if (!saved || (Array.isArray(list) && list.length > 0)) return saved;
    return {
      ...saved,
      transitions: own['transitions'],
      current_transition: own['current_transition'],
      transition_duration: own['transition_duration'],
    };
  }

  /** Null when OBS died while writing it: then it is made anew and the broken one kept beside. */
  function readScenes(): Record<string, unknown> | null {
    try {
      return JSON.parse(readFileSync(scenesFile, 'utf8')) as Record<string, unknown>;
    } catch {
      return null;
    }
  }

  return {
    home,
    runtimeDir,
    obsLog: join(root, 'obs.log'),
    xvfbLog: join(root, 'xvfb.log'),
    password: () => readFileSync(passwordFile, 'utf8').trim(),
    readRun() {
      try {
        return runRecord.parse(JSON.parse(readFileSync(runFile, 'utf8')));
      } catch {
        // None, or not readable: nothing that could be adopted.
        return null;
      }
    },
    writeRun: (record) => writeFileAtomic(runFile, JSON.stringify(record)),
    prepare(port, startScene) {
      writeFileAtomic(join(config, 'global.ini'), globalIni(port, this.password()));
      writeFileAtomic(
        join(config, 'basic', 'profiles', obsSetName, 'basic.ini'),
        profileIni(recipe.encoder),
      );
      scenes(startScene);
    },
  };
}
