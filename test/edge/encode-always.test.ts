// Always-encode with real ffmpeg at a real platform: whatever changes before it, one session with one set of headers.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { createOutputs, type Outputs } from '../../server/air/outputs/outputs.ts';
import { encoderProfile } from '../../server/contract/profiles.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { complaints, packetFacts, streamsOf } from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { order, outputOrder } from '../service/air-fakes.ts';
import { record } from './bus-rig.ts';
import { openRig, openSource, type EncodedRig, type FlvSource } from './encode-rig.ts';

const profile = encoderProfile.parse({
  ...order().encoder,
  width: 480,
  height: 270,
  alwaysEncode: true,
});
let program: FlvSource;
let backup: FlvSource;
let platform: NginxRtmp;
let rig: EncodedRig;
let outputs: Outputs;

beforeAll(async () => {
  [program, backup] = await Promise.all([
    openSource({ size: '1280x720', picture: 'testsrc2=r=30', rate: 48_000, channels: 2 }),
    openSource({ size: '640x360', picture: 'testsrc=r=25', rate: 44_100, channels: 1 }),
  ]);
  platform = await startNginxRtmp();
  rig = await openRig(profile, program, backup);
  outputs = createOutputs({
    tap: rig.bus.tap,
    clock: systemClock(),
    log: silentLog,
    random: Math.random,
  });
});
afterAll(async () => {
  await outputs.close();
  await rig.close();
  await Promise.all([program.close(), backup.close(), platform.close()]);
});

const report = () => rig.bus.report();
/** What goes out is encoded, and of whom. */
const encoded = (feeding: string) => () =>
  report().feeding === feeding && report().slate === 'encoded';

it('is one clean session with one set of headers, whatever changes upstream or dies', async () => {
  const { bus } = rig;
  const limit = await paced();
  program.play();
  bus.run(true);
  const seen = record(bus.tap, `${rig.folder}/seen.flv`);
  const more = async (pictures: number): Promise<void> => {
    const from = seen.pictures.length;
    await until('more pictures', () => seen.pictures.length >= from + pictures, 20_000);
  };
  outputs.apply([{ ...outputOrder('uno', true), url: platform.url }], profile);
  await until('the program is encoded', encoded('program'), 20_000);
  await until('the destination is live', () => outputs.report()['uno']?.state === 'live', 20_000);
  await more(15);

  program.halt();
  await until('the slate is encoded', encoded('slate'), 20_000);
  await more(15);
  backup.play();
  await until('the bypass is encoded', encoded('bypass'), 20_000);
  await more(15);
  program.play();
  await until('the program is encoded again', encoded('program'), 20_000);
  await more(15);

  const killed = bus.encoder()?.pid ?? 0;
  // Noted as it happens: the next encoder may take over soon after.
  const covered: ReturnType<typeof report>[] = [];
  const stop = bus.onChange(() => report().slate === 'rendered' && covered.push(report()));
  process.kill(killed, 'SIGKILL');
  await until('the slate covers the encoder', () => covered.length > 0);
  stop();
  expect(covered[0]).toMatchObject({ source: 'slate', feeding: 'slate' });
  await until('another encoder has taken over', encoded('program'), 20_000);
  expect(bus.encoder()?.pid).not.toBe(killed);
  await more(15);
  expect(outputs.report()['uno']).toMatchObject({ state: 'live', restarts: 0 });
  await outputs.close();
  await seen.close();

  const [recording = '', ...others] = platform.recordings();
  expect(others).toEqual([]);
  await platform.whole(recording);
  const headers = createFlvParser()
    .push(readFileSync(recording))
    .filter((tag) => tag.header);
  const kinds = new Set(headers.map((tag) => `${tag.type} ${tag.body.toString('hex')}`));
  expect(kinds.size).toBe(2);
  expect(seen.headers).toBe(2);
  const facts = await packetFacts(recording);
  expect(facts).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
  expect(facts.maxVideoGapMs).toBeLessThanOrEqual(await limit(1000));
  expect(facts.maxAudioGapMs).toBeLessThanOrEqual(await limit(1000));
  expect(await complaints(recording)).toEqual([]);
  expect(await streamsOf(recording)).toMatchObject([
    { type: 'video', width: 480, height: 270 },
    { type: 'audio', channels: 2, sampleRate: 48_000 },
  ]);
});

it('goes over while on the air and back, on key frames and without a gap', async () => {
  const { bus } = rig;
  const limit = await paced();
  const plain = { ...profile, alwaysEncode: false };
  bus.run(false);
  bus.encode(plain);
  const file = `${rig.folder}/switched.flv`;
  const recorder = record(bus.tap, file);
  bus.run(true);
  await until('the program goes out as it comes', () => report().feeding === 'program', 20_000);
  expect(bus.encoder()).toBeNull();
  bus.encode(profile);
  await until('it is encoded', encoded('program'), 20_000);
  const from = recorder.pictures.length;
  await until('for a while', () => recorder.pictures.length > from + 15, 20_000);
  bus.encode(plain);
  await until('it goes out as it comes again', () => bus.encoder() === null, 20_000);
  const last = recorder.pictures.length;
  await until('for a while', () => recorder.pictures.length > last + 15, 20_000);
  bus.run(false);
  await recorder.close();
  const facts = await packetFacts(file);
  expect(facts).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
  expect(facts.maxVideoGapMs).toBeLessThanOrEqual(await limit(1000));
  expect(facts.maxAudioGapMs).toBeLessThanOrEqual(await limit(1000));
  expect(await complaints(file)).toEqual([]);
});
