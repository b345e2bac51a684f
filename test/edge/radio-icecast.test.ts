// The radio feed on a real Icecast: mono, nothing above the low-pass, headroom, silence, failures.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { AirOutputOrder } from '../../server/contract/air-link.ts';
import { createOutputs, type Outputs } from '../../server/air/outputs/outputs.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { startIcecast, type Icecast } from '../kit/icecast.ts';
import { captureHttp, soundFacts, streamsOf } from '../kit/media-probe.ts';
import { sampleEncoder } from '../kit/samples.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { until } from '../kit/until.ts';

let icecast: Icecast;
let folder: string;
const closing: (() => void | Promise<void>)[] = [];
const encoder = sampleEncoder({ videoKbps: 1500 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radio-'));
  icecast = await startIcecast();
});
afterAll(async () => {
  await icecast.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function hear(sound: string): Promise<SimulatedBus> {
  const bus = await startSimulatedBus({ sound });
  closing.push(() => bus.close());
  return bus;
}

function feed(bus: SimulatedBus, ...orders: AirOutputOrder[]): Outputs {
  const o = createOutputs({ tap: bus, clock: systemClock(), log: silentLog, random: Math.random });
  closing.push(() => o.close());
  o.apply(orders, encoder);
  return o;
}

function radio(id = 'am', over: Partial<AirOutputOrder> = {}): AirOutputOrder {
  return {
    id,
    kind: 'icecast',
    url: icecast.mountUrl,
    key: icecast.sourcePassword,
    run: true,
    settings: { lowpassHz: 5000, bitrateKbps: 96 },
    backupUrl: null,
    folder: null,
    ...over,
  };
}

const live = (o: Outputs, id = 'am') =>
  until(`${id} is live`, () => o.report()[id]?.state === 'live', 20_000);
const cause = (o: Outputs, id: string) => o.report()[id]?.problem?.cause;

test.each([4500, 10_000])(
  'full-scale noise in: mono, headroom, nothing above %i Hz',
  async (lowpassHz) => {
    const bus = await hear('anoisesrc=sample_rate=48000:amplitude=1');
    const o = feed(bus, radio('am', { settings: { lowpassHz, bitrateKbps: 96 } }));
    await live(o);
    expect((await icecast.source())?.contentType).toBe('audio/mpeg');
    const file = join(folder, `noise-${lowpassHz}.mp3`);
    // Three seconds of 96 kb/s.
    await captureHttp(icecast.listenUrl, file, 3000, 36_000);
    expect(await streamsOf(file, 'mp3')).toMatchObject([
      { type: 'audio', codec: 'mp3', channels: 1 },
    ]);
    const facts = await soundFacts(file, lowpassHz * 1.15, 'mp3');
    expect(facts.aboveDb).toBeLessThan(-50);
    expect(facts.peakDbfs).toBeLessThan(-1);
    expect(facts.rmsDbfs).toBeGreaterThan(-30);
    // The band itself is there up to its edge.
    expect((await soundFacts(file, lowpassHz * 0.8, 'mp3')).aboveDb).toBeGreaterThan(-20);
  },
);

test('loudness is measured; silence counts while it lasts, and also when nothing flows', async () => {
  const bus = await hear("aevalsrc='if(lt(t,3),0.3*sin(2*PI*440*t),0)':sample_rate=48000");
  const o = feed(bus, radio());
  const report = () => o.report()['am']!;
  await live(o);
  await until('loud', () => (report().loudnessLufs ?? -99) > -30 && report().silentSeconds === 0);
  // Eight seconds repeat: three of tone, five of silence.
  const quiet = await until('silent', () => (report().silentSeconds ?? 0) >= 3 && report());
  expect(quiet.state).toBe('live');
  await until('sound again', () => report().silentSeconds === 0);
  bus.pause();
  await until('nothing flows', () => (report().silentSeconds ?? 0) >= 6, 15_000);
  expect(report().loudnessLufs).toBeNull();
});

test('wrong password, mount in use and nobody there: each its own cause, each found again', async () => {
  const bus = await hear('sine=frequency=440:sample_rate=48000');
  const o = feed(bus, radio('first'));
  await live(o, 'first');
  const orders = [
    radio('second'),
    radio('wrong', { key: 'no es esta', url: icecast.mountUrl.replace('am', 'otra') }),
  ];
  o.apply([radio('first'), ...orders], encoder);
  await until('mount in use', () => cause(o, 'second') === 'mountTaken');
  await until('wrong password', () => cause(o, 'wrong') === 'unauthorized');
  o.apply([radio('first', { run: false }), ...orders], encoder);
  await live(o, 'second');
  await icecast.stop();
  await until('refused', () => cause(o, 'second') === 'refused', 15_000);
  await icecast.start();
  await live(o, 'second');
});
