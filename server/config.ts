// Environment → frozen Config; the only reader of process.env in control (air has its own few).
import { resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);
const optional = z
  .string()
  .optional()
  .transform((v) => (v === undefined || v === '' ? undefined : v));

const environment = z.object({
  STUDIO_PORT: port.default(8080),
  STUDIO_HOST: z.string().default('0.0.0.0'),
  STUDIO_DATA: z.string().default('./data'),
  STUDIO_RECORDINGS: z.string().optional(),
  STUDIO_ADMIN_PASSWORD: optional.pipe(
    z.string().min(10, 'at least 10 characters').max(200).optional(),
  ),
  STUDIO_OBS: z.enum(['auto', 'attach', 'managed', 'off']).default('auto'),
  STUDIO_OBS_URL: z
    .string()
    .regex(/^wss?:\/\/[^\s/]+/, 'an address such as ws://127.0.0.1:4455')
    .default('ws://127.0.0.1:4455'),
  STUDIO_OBS_PASSWORD: optional,
  STUDIO_AIR: z.enum(['managed', 'external']).default('managed'),
  STUDIO_RTMP_PORT: port.default(1935),
  STUDIO_SRT_PORT: port.default(9000),
  STUDIO_LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  STUDIO_CLOCK_OFFSET_MS: z.coerce.number().int().default(0),
});

/** Everything the environment decides; frozen. Paths are absolute. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Where a managed air keeps recordings; `recordings` in the data folder unless told otherwise. */
  readonly recordingsDir: string;
  readonly adminPassword: string | undefined;
  readonly obs: 'auto' | 'attach' | 'managed' | 'off';
  readonly obsUrl: string;
  readonly obsPassword: string | undefined;
  readonly air: 'managed' | 'external';
  readonly rtmpPort: number;
  readonly srtPort: number;
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly clockOffsetMs: number;
  /** Folder that holds profiles/, schedules/ and control-ui/dist: the project itself. */
  readonly rootDir: string;
}

/** What was wrong with the environment, one line per variable, for the console. */
export class ConfigError extends Error {
  readonly lines: readonly string[];
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'ConfigError';
    this.lines = lines;
  }
}

/** Reads the variables of DESIGN's interface table; throws ConfigError naming each bad one. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  rootDir: string,
): Config {
  // An empty variable, as service files often leave them, counts as absent.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`));
  }
  const e = parsed.data;
  const dataDir = resolve(rootDir, e.STUDIO_DATA);
  return Object.freeze({
    port: e.STUDIO_PORT,
    host: e.STUDIO_HOST,
    dataDir,
    recordingsDir: resolve(rootDir, e.STUDIO_RECORDINGS ?? resolve(dataDir, 'recordings')),
    adminPassword: e.STUDIO_ADMIN_PASSWORD,
    obs: e.STUDIO_OBS,
    obsUrl: e.STUDIO_OBS_URL,
    obsPassword: e.STUDIO_OBS_PASSWORD,
    air: e.STUDIO_AIR,
    rtmpPort: e.STUDIO_RTMP_PORT,
    srtPort: e.STUDIO_SRT_PORT,
    logLevel: e.STUDIO_LOG_LEVEL,
    clockOffsetMs: e.STUDIO_CLOCK_OFFSET_MS,
    rootDir,
  });
}
