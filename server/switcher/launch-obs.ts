// Starts Xvfb and OBS in sessions of their own, so that they go on when this server dies.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { StudioError, type Words } from '../core/errors.ts';
import type { ObsFiles, RunRecord } from './obs-files.ts';
import { endProcess, markProcess, type ProcessMark } from './processes.ts';

const programDirs = ['/usr/local/bin', '/usr/bin', '/bin'];

/** Full path of an installed program; null when there is none. */
export function findProgram(name: string): string | null {
  return programDirs.map((dir) => join(dir, name)).find((path) => existsSync(path)) ?? null;
}

/** A TCP port nobody listens on now; `wished` if it is free. */
export async function freePort(wished: number | null): Promise<number> {
  const tried = wished === null ? null : await bind(wished);
  const port = tried ?? (await bind(0));
  if (port === null) throw startFailed({ es: 'sin puerto libre', en: 'no free port' });
  return port;
}

function bind(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    // OBS listens on all addresses: so must this test.
    server.listen(port, () => {
      const address = server.address();
      const bound = address && typeof address === 'object' ? address.port : null;
      server.close(() => resolve(bound));
    });
  });
}

/** Starts both and records where they are. `zone` is the one the pictures' clocks show. */
export async function launchObs(
  clock: Clock,
  files: ObsFiles,
  port: number,
  zone: string,
): Promise<RunRecord> {
  const xvfbPath = findProgram('Xvfb');
  const obsPath = findProgram('obs');
  if (!xvfbPath || !obsPath) {
    throw startFailed({ es: 'faltan los programas obs o Xvfb', en: 'obs or Xvfb is missing' });
  }
  const { mark: xvfb, display } = await launchXvfb(clock, xvfbPath, files.xvfbLog);
  try {
    const obs = detached(
      obsPath,
      [
        '--multi',
        '--minimize-to-tray',
        '--disable-updater',
        '--disable-shutdown-check',
        '--disable-missing-files-check',
      ],
      files.obsLog,
      {
        PATH: programDirs.join(':'),
        HOME: files.home,
        XDG_RUNTIME_DIR: files.runtimeDir,
        DISPLAY: `:${display}`,
        LANG: 'C.UTF-8',
        TZ: zone,
        LIBGL_ALWAYS_SOFTWARE: '1',
        QT_QPA_PLATFORM: 'xcb',
      },
    );
    const mark = await started(obs);
    obs.unref();
    const record = { obs: mark, xvfb, port, display };
    files.writeRun(record);
    return record;
  } catch (error) {
    await endProcess(clock, xvfb, 'SIGTERM', 2000);
    throw error;
  }
}

async function launchXvfb(
  clock: Clock,
  path: string,
  log: string,
): Promise<{ mark: ProcessMark; display: number }> {
  // It chooses a free display itself and tells the number on descriptor 3.
  const xvfb = detached(
    path,
    ['-displayfd', '3', '-screen', '0', '640x360x24', '-nolisten', 'tcp', '-noreset'],
    log,
    { PATH: programDirs.join(':') },
    true,
  );
  const mark = await started(xvfb);
  const pipe = xvfb.stdio[3];
  try {
    const number = new Promise<number>((resolve, reject) => {
      let text = '';
      pipe?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\n')) resolve(Number(text.trim()));
      });
      xvfb.once('exit', () =>
        reject(startFailed({ es: 'Xvfb no arrancó', en: 'Xvfb did not start' })),
      );
    });
    const late = { es: 'Xvfb no respondió.', en: 'Xvfb did not answer.' };
    return { mark, display: await withDeadline(clock, 10_000, late, number) };
  } catch (error) {
    await endProcess(clock, mark, 'SIGTERM', 2000);
    throw error;
  } finally {
    pipe?.destroy();
    xvfb.unref();
  }
}

function detached(
  path: string,
  args: readonly string[],
  log: string,
  env: Record<string, string>,
  withPipe = false,
): ChildProcess {
  const out = openSync(log, 'w', 0o600);
  try {
    return spawn(path, args, {
      detached: true,
      env,
      cwd: '/',
      stdio: ['ignore', out, out, ...(withPipe ? (['pipe'] as const) : [])],
    });
  } finally {
    closeSync(out);
  }
}

async function started(child: ChildProcess): Promise<ProcessMark> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const mark = child.pid === undefined ? null : markProcess(child.pid);
  if (!mark) throw startFailed({ es: 'terminó al arrancar', en: 'it ended at once' });
  return mark;
}

function startFailed(why: Words): StudioError {
  return new StudioError('unavailable', {
    es: `OBS no se pudo arrancar: ${why.es}.`,
    en: `OBS could not be started: ${why.en}.`,
  });
}
