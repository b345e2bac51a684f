// The show of the air's promises: real OBS, four platforms, a recording on a small disk, and one whole studio.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encoderProfile } from '../../server/contract/profiles.ts';
import { captureStream, recordedMs } from '../kit/air-evidence.ts';
import { clearGrid } from '../kit/clear-grid.ts';
import { recordedFiles } from '../kit/folders.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { startFaultyObs, type FaultyObs } from '../kit/obs-faults.ts';
import { processesOf, type Found } from '../kit/processes.ts';
import type { Siege } from '../kit/siege.ts';
import { mountSmallDisk, type SmallDisk } from '../kit/small-disk.ts';
import { paced } from '../kit/slowness.ts';
import { cutProgram, type StudioClient } from '../kit/studio-client.ts';
import { startStudio, type Studio, type StudioOptions } from '../kit/studio.ts';
import { until } from '../kit/until.ts';

/** 720p30 at the station's rate; the preset spares a machine that plays the platforms as well. */
export const encoder = encoderProfile.parse({
  ...JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../profiles/encoders/720p30.json'), 'utf8'),
  ),
  x264Preset: 'ultrafast',
});

/** Longer than this on the air, and a loss is not flapping: the settle time is short again. */
const steadyMs = 10_200;

/** What the tests of the show share; control and its client are other ones after a crash. */
export class Show {
  readonly folder = mkdtempSync(join(tmpdir(), 'e2e-air-'));
  readonly disk: SmallDisk | null = mountSmallDisk(600);
  /** Outputs by the name they have here. */
  readonly ids: Record<string, string> = {};
  /** Where the recordings stood at a moment, ms, and the largest gap they may have in between. */
  readonly quiet: { what: string; from: number[]; to: number[]; maxGapMs: number }[] = [];
  obs!: FaultyObs;
  studio!: Studio;
  client!: StudioClient;
  facebook!: NginxRtmp;
  youtube!: NginxRtmp;
  frozen!: NginxRtmp;
  rejecting!: NginxRtmp;
  /** What `rejecting` answers a publisher. */
  letIn = false;
  siege: Siege | null = null;
  playKey = '';
  /** Stretches a limit by the slowest pace of the show so far. */
  stretched!: (ms: number) => Promise<number>;

  async open(): Promise<void> {
    this.stretched = await paced();
    [this.facebook, this.youtube, this.frozen, this.rejecting, this.obs] = await Promise.all([
      startNginxRtmp(),
      startNginxRtmp(),
      startNginxRtmp(),
      startNginxRtmp({ onPublish: () => this.letIn }),
      startFaultyObs(encoder),
    ]);
    this.studio = await startStudio(this.options());
    this.client = await this.studio.client();
    await this.client.see('OBS connected', (s) => s.switcher.connection === 'connected', 30_000);
    await this.client.see('ingest up', (s) => s.air.ingest.state === 'up', 30_000);
    await clearGrid(this.client);
    await this.cutTo('Estudio');
  }

  async close(): Promise<void> {
    await this.siege?.end();
    await this.studio?.stop();
    await this.obs?.close();
    const platforms = [this.facebook, this.youtube, this.frozen, this.rejecting];
    await Promise.all(platforms.map((p) => p?.close()));
    this.disk?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  options(): StudioOptions {
    return {
      env: {
        STUDIO_OBS: 'attach',
        STUDIO_OBS_URL: this.obs.url,
        STUDIO_OBS_PASSWORD: this.obs.password,
        STUDIO_LOG_LEVEL: 'debug',
        STUDIO_RECORDINGS: this.recordings(),
      },
    };
  }

  recordings(): string {
    return this.disk?.path ?? join(this.folder, 'grabaciones');
  }

  recorded(): string[] {
    return recordedFiles(this.recordings());
  }

  /** What the encoder sends, as it comes in, as `<name>.flv` in the show's folder: all of it went out. */
  async capture(name: string): Promise<void> {
    await until(
      `${name} is captured while the program is on the air`,
      async () => {
        const uncovered = await this.watchProgram();
        await captureStream(
          `rtmp://127.0.0.1:${this.studio.rtmpPort}/program/main?k=${this.playKey}`,
          join(this.folder, `${name}.flv`),
        );
        return uncovered();
      },
      60_000,
    );
  }

  /** Once the program is steady; tells later whether nothing covered it in between. */
  private async watchProgram(): Promise<() => Promise<boolean>> {
    await this.steady(1500);
    const { sourceSince } = this.client.state().air;
    return async () => {
      const now = Date.now();
      await this.client.see('a later report', (s) => (s.air.reportedAt ?? 0) > now);
      return this.client.state().air.sourceSince === sourceSince;
    };
  }

  /** How long the two platforms have recorded, ms. */
  stands(): number[] {
    return [this.facebook, this.youtube].map((p) => recordedMs(p.recordings()[0] ?? '') ?? 0);
  }

  async pass(ms: number): Promise<void> {
    const from = performance.now();
    await until(`${ms} ms went by`, () => performance.now() - from > ms, ms + 5000, 50);
  }

  /** The program has been on the air for `ms`; a machine that stumbles meanwhile only takes longer. */
  async steady(ms = steadyMs): Promise<void> {
    await this.client.see(
      `live for ${ms} ms`,
      (s) => s.air.source === 'live' && Date.now() - (s.air.sourceSince ?? Infinity) > ms,
      60_000,
    );
  }

  /**
   * Notes that nobody may have seen this fault. An encoder that stumbled by itself meanwhile was covered,
   * and proves nothing: the fault comes again, three times at the most.
   */
  async unnoticed(what: string, fault: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const uncovered = await this.watchProgram();
      const from = this.stands();
      await fault();
      const to = this.stands();
      if ((await uncovered()) || tries === 3) {
        this.quiet.push({ what, from, to, maxGapMs: await this.stretched(150) });
        return;
      }
    }
  }

  cutTo(scene: string): Promise<void> {
    return cutProgram(this.client, scene);
  }

  /** The one whose command names `part`; between two of them there is none. */
  running(part: string, all: () => Found[]): Promise<Found> {
    return until(part, () => all().find((p) => p.command.includes(part)));
  }

  airProcess(): Promise<Found> {
    return this.running('air/main.ts', () => processesOf(this.studio.dataDir));
  }
}
