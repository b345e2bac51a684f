// Air's few environment variables → frozen AirConfig; the only reader of process.env in air.
import { resolve } from 'node:path';
import { z } from 'zod';

const environment = z.object({
  STUDIO_AIR_CONTROL_URL: z
    .string()
    .regex(/^(https?|wss?):\/\/[^\s/]+/, 'an address such as http://127.0.0.1:8080')
    .default('http://127.0.0.1:8080'),
  STUDIO_AIR_TOKEN_FILE: z.string().optional(),
  STUDIO_DATA: z.string().default('./data'),
  STUDIO_RECORDINGS: z.string().optional(),
  STUDIO_LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
});

export interface AirConfig {
  /** Where control listens, without a path. */
  readonly controlUrl: string;
  /** File with the secret of the link; control makes it. */
  readonly tokenFile: string;
  readonly dataDir: string;
  /** Holds one folder per occurrence; `recordings` in the data folder unless told otherwise. */
  readonly recordingsDir: string;
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
}

/** Reads the variables; an empty one counts as absent. Throws an Error with a line for each bad one. */
export function readAirConfig(
  env: Readonly<Record<string, string | undefined>>,
  rootDir: string,
): AirConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
    throw new Error(lines.join('\n'));
  }
  const e = parsed.data;
  const dataDir = resolve(rootDir, e.STUDIO_DATA);
  return Object.freeze({
    controlUrl: e.STUDIO_AIR_CONTROL_URL.replace(/\/+$/, ''),
    tokenFile: resolve(rootDir, e.STUDIO_AIR_TOKEN_FILE ?? resolve(dataDir, 'air.token')),
    dataDir,
    recordingsDir: resolve(rootDir, e.STUDIO_RECORDINGS ?? resolve(dataDir, 'recordings')),
    logLevel: e.STUDIO_LOG_LEVEL,
  });
}
