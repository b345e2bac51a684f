// Uplink care on the real air service and database, with an air whose reports a test writes.
import type { AirOutputReport, AirReport } from '../../server/contract/air-link.ts';
import type { Output, OutputCause } from '../../server/contract/outputs.ts';
import { stationProfile, type StationProfile } from '../../server/contract/profiles.ts';
import { createAlarmLatch } from '../../server/core/alarm-latch.ts';
import { silentLog } from '../../server/core/log.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { createUplink, type Uplink } from '../../server/outputs/uplink/uplink.ts';
import type { UploadTest, UploadTestOptions } from '../../server/outputs/uplink/upload-test.ts';
import { airBench, ana, liveOutput, type AirBench } from './air-service-bench.ts';

/** A measurement that ends when the test says so. */
export interface FakeUpload {
  readonly calls: UploadTestOptions[];
  finish(kbps: number): void;
  fail(error: Error): void;
}

export interface UplinkBench extends AirBench {
  readonly uplink: Uplink;
  readonly upload: FakeUpload;
  /** Adds an output and orders it to run. */
  add(name: string, more?: object): Promise<string>;
  shown(id: string): Output;
  /**
   * Time passes while air reports twice a second: outputs told to run are live at `kbps`; those in
   * `behind` drop frames for the reason `cause`, `slow` unless told otherwise.
   */
  pass(
    seconds: number,
    kbps: number,
    behind?: readonly string[],
    cause?: OutputCause,
  ): Promise<void>;
  restartAll(): Promise<UplinkBench>;
  closeAll(): Promise<void>;
}

const usual = stationProfile.shape.uplink.parse(undefined);

export async function uplinkBench(
  profile: Partial<StationProfile['uplink']> = {},
  base?: AirBench,
): Promise<UplinkBench> {
  const t = base ?? (await airBench());
  const upload = fakeUpload();
  let looks = 0;
  const uplink = await createUplink({
    store: t.store,
    settings: createSettings(t.database.db),
    clock: t.clock,
    audit: { record: (act) => void t.acts.push(act) },
    latch: createAlarmLatch(t.alarms),
    log: silentLog,
    profile: { ...usual, ...profile },
    uploadTest: upload.test,
    orderChanged: () => t.air.orderChanged(),
  });
  t.link.connect();
  await t.clock.advance(10);
  return {
    ...t,
    uplink,
    upload,
    async add(name, more = {}) {
      const { id } = await t.air.handlers['output.create'](
        { name, profile: 'facebook', key: `key-of-${name}`, withAir: true, ...more },
        ana,
      );
      await t.run(t.air.handlers['output.start']({ id }, ana));
      return id;
    },
    shown: (id) => t.store.get().outputs[id]!,
    async pass(seconds, kbps, behind = [], cause = 'slow') {
      for (let i = 0; i < seconds * 2; i += 1) {
        looks += 1;
        const running = (t.link.orders.at(-1)?.outputs ?? []).filter((o) => o.run);
        const report: AirReport['outputs'] = Object.fromEntries(
          running.map((o) => [
            o.id,
            told(t.clock.now(), kbps, behind.includes(o.id) ? looks : null, cause),
          ]),
        );
        t.report({ source: 'live', outputs: report });
        await t.clock.advance(500);
      }
    },
    async restartAll() {
      await uplink.close();
      await t.air.close();
      return uplinkBench(profile, await t.restart());
    },
    async closeAll() {
      await uplink.close();
      await t.air.close();
      await t.close();
    },
  };
}

/** `look`: the how-manieth in a row in which it falls behind; null: it is well. */
function told(now: number, kbps: number, look: number | null, cause: OutputCause): AirOutputReport {
  return {
    ...liveOutput,
    bitrateKbps: kbps,
    // Up to five seconds, then down by a group of pictures, which is dropped.
    queueMs: look === null ? 0 : 3000 + (look % 8) * 250,
    droppedFrames: look === null ? 0 : Math.floor(look / 8) * 60,
    problem: look !== null ? { cause, detail: 'frames were dropped', at: now } : null,
  };
}

function fakeUpload(): FakeUpload & { readonly test: UploadTest } {
  const calls: UploadTestOptions[] = [];
  let settle = Promise.withResolvers<number>();
  return {
    calls,
    finish: (kbps) => settle.resolve(kbps),
    fail: (error) => settle.reject(error),
    test(options) {
      calls.push(options);
      settle = Promise.withResolvers<number>();
      options.signal.addEventListener('abort', () => settle.reject(options.signal.reason));
      return settle.promise;
    },
  };
}
