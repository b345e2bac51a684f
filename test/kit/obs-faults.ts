// A real OBS that a test may stop streaming, freeze, kill and start again on the same port.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EncoderProfile } from '../../server/contract/profiles.ts';
import { systemClock } from '../../server/core/clock.ts';
import { newSecret } from '../../server/core/ids.ts';
import { launchObs } from '../../server/switcher/launch-obs.ts';
import { openObsFiles, type RunRecord } from '../../server/switcher/obs-files.ts';
import type { ObsSocket } from '../../server/switcher/obs-socket.ts';
import { endProcess } from '../../server/switcher/processes.ts';
import { askObs, testRecipe, testStation } from './obs.ts';
import { freePort } from './ports.ts';
import { until } from './until.ts';

export interface FaultyObs {
  readonly url: string;
  readonly password: string;
  /** SIGKILL; its screen stays. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, as a person would; resolves when it answers. */
  relaunch(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Stops its stream as a person would, and again as often as somebody starts it; returns the end of that. */
  holdStream(): () => Promise<void>;
  close(): Promise<void>;
}

/** Starts OBS with the station's scenes and `encoder`. */
export async function startFaultyObs(encoder: EncoderProfile): Promise<FaultyObs> {
  const clock = systemClock();
  const dataDir = mkdtempSync(join(tmpdir(), 'estudio-obs-'));
  const files = openObsFiles(dataDir, testRecipe(encoder), () => newSecret(24));
  // OBS listens on all addresses, and again on this one when it is started again.
  const port = await freePort('0.0.0.0');
  files.prepare(port, null);
  const target = { url: `ws://127.0.0.1:${port}`, password: files.password() };
  const runs: RunRecord[] = [];

  async function launch(): Promise<void> {
    runs.push(await launchObs(clock, files, port, testStation.zone));
    await until(
      'OBS answers',
      () => askObs(target, (socket) => socket.call('GetSceneList', undefined)),
      45_000,
      100,
    );
  }

  await launch();
  const now = (): RunRecord => runs.at(-1)!;
  return {
    ...target,
    async kill() {
      await endProcess(clock, now().obs, 'SIGKILL', 5000);
    },
    relaunch: launch,
    freeze: () => void process.kill(now().obs.pid, 'SIGSTOP'),
    thaw: () => void process.kill(now().obs.pid, 'SIGCONT'),
    holdStream() {
      let holding = true;
      // A connection for some seconds, not one for each request: what somebody starts is stopped soon.
      const stopOften = async (socket: ObsSocket): Promise<void> => {
        const end = performance.now() + 4000;
        while (holding && performance.now() < end) {
          // Refused while it is stopped already.
          await socket.call('StopStream', undefined).catch(() => undefined);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      };
      const held = (async () => {
        while (holding) await askObs(target, stopOften);
      })();
      return async () => {
        holding = false;
        await held;
      };
    },
    async close() {
      for (const run of runs.toReversed()) {
        await endProcess(clock, run.obs, 'SIGINT', 4000);
        await endProcess(clock, run.xvfb, 'SIGTERM', 3000);
      }
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
