// Renders one slate with a niced ffmpeg into a folder of its own, checks it, and moves it into place.
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { StudioError } from '../../core/errors.ts';
import { reelFromFlv } from './reel.ts';
import { planSlate, type SlateWish } from './slate-args.ts';

export interface RenderOptions {
  readonly clock: Clock;
  /** Bold fonts to try, in order; without any of them the slate has no words. */
  readonly fonts?: readonly string[];
  readonly deadlineMs?: number;
  /** Program to run; found in PATH. */
  readonly ffmpeg?: string;
  /** Ends the rendering early. */
  readonly signal?: AbortSignal;
}

const debianFonts = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf',
  '/usr/share/fonts/truetype/freefont/FreeSansBold.ttf',
];
/** About 4 s of one idle core at 720p30; a loaded small machine at 1080p60 takes far longer. */
const defaultDeadlineMs = 180_000;
const maxErrorBytes = 2000;

/**
 * Renders `wish` to `path` (whole or not at all). Throws StudioError: `unavailable` when ffmpeg
 * cannot be run or fails (its last words in `context.detail`), `timeout` past the deadline.
 */
export async function renderSlate(
  wish: SlateWish,
  path: string,
  options: RenderOptions,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(dirname(path), 'render-'));
  try {
    const plan = planSlate(wish, await firstFont(options.fonts ?? debianFonts));
    for (const { file, text } of plan.texts) await writeFile(join(folder, file), text);
    await run(folder, plan.args, options);
    const result = join(folder, 'slate.flv');
    // Throws when it is not a loop that can be played.
    reelFromFlv(await readFile(result), plan.seconds * 1000);
    await sync(result);
    await rename(result, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function firstFont(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const readable = await access(path, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (readable) return path;
  }
  return null;
}

function run(cwd: string, args: readonly string[], options: RenderOptions): Promise<void> {
  const { clock, signal, ffmpeg = 'ffmpeg', deadlineMs = defaultDeadlineMs } = options;
  return new Promise((resolve, reject) => {
    // Everything else on this machine goes first.
    const child = spawn('nice', ['-n', '15', ffmpeg, ...args], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    let late = false;
    const kill = (): void => void child.kill('SIGKILL');
    const cancel = clock.after(deadlineMs, () => {
      late = true;
      kill();
    });
    signal?.addEventListener('abort', kill);
    if (signal?.aborted) kill();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-maxErrorBytes);
    });
    const done = (error: StudioError | null): void => {
      cancel();
      signal?.removeEventListener('abort', kill);
      if (error) reject(error);
      else resolve();
    };
    child.once('error', (cause) => done(failure('unavailable', cause.message, cause)));
    child.once('close', (code) => {
      if (code === 0) done(null);
      else done(failure(late ? 'timeout' : 'unavailable', said.trim()));
    });
  });
}

function failure(code: 'unavailable' | 'timeout', detail: string, cause?: unknown): StudioError {
  return new StudioError(
    code,
    {
      es: 'No se pudo preparar la imagen de espera con ffmpeg.',
      en: 'The slate could not be prepared with ffmpeg.',
    },
    { cause, context: { detail } },
  );
}
