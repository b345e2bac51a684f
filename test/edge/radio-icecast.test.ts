// The radio feed on a real Icecast: mono, nothing above the low-pass, headroom, silence, failures.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import type { AirOutputOrder } from '../../server/contract/air-link.ts';
import { createOutputs, type Outputs } from '../../server/air/outputs/outputs.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { closings } from '../kit/closings.ts';
import { startIcecast, type Icecast } from '../kit/icecast.ts';
import { captureHttp, soundFacts, streamsOf } from '../kit/media-probe.ts';
import { sampleEncoder } from '../kit/samples.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { until } from '../kit/until.ts';

let folder: string;
const encoder = sampleEncoder({ videoKbps: 1500 });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'radio-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Rig {
  readonly icecast: Icecast;
  readonly bus: SimulatedBus;
  /** Puts outputs on the bus. */
  readonly feed: (...orders: AirOutputOrder[]) => Outputs;
  readonly radio: (id?: string, over?: Partial<AirOutputOrder>) => AirOutputOrder;
}

/** An Icecast and a bus that sounds as told, for one test: most of what they do is listening. */
async function rig(context: TestContext, sound: string): Promise<Rig> {
  const closing = closings(context);
  const icecast = await startIcecast();
  closing(() => icecast.close());
  const bus = await startSimulatedBus({ sound });
  closing(() => bus.close());
  return {
    icecast,
    bus,
    feed: (...orders) => {
      const outputs = createOutputs({
        tap: bus,
        clock: systemClock(),
        log: silentLog,
        random: Math.random,
      });
      closing(() => outputs.close());
      outputs.apply(orders, encoder);
      return outputs;
    },
    radio: (id = 'am', over = {}) => ({
      id,
      kind: 'icecast',
      url: icecast.mountUrl,
      key: icecast.sourcePassword,
      run: true,
      settings: { lowpassHz: 5000, bitrateKbps: 96 },
      backupUrl: null,
      folder: null,
      ...over,
    }),
  };
}

const live = (o: Outputs, id = 'am') =>
  until(`${id} is live`, () => o.report()[id]?.state === 'live', 20_000);
const cause = (o: Outputs, id: string) => o.report()[id]?.problem?.cause;

describe.concurrent('the radio feed', () => {
  test.for([4500, 10_000])(
    'full-scale noise in: mono, headroom, nothing above %i Hz',
    async (lowpassHz, context) => {
      const { icecast, feed, radio } = await rig(
        context,
        'anoisesrc=sample_rate=48000:amplitude=1',
      );
      const o = feed(radio('am', { settings: { lowpassHz, bitrateKbps: 96 } }));
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

  test('loudness is measured; silence counts while it lasts, and also when nothing flows', async (context) => {
    const tone = "aevalsrc='if(lt(t,3),0.3*sin(2*PI*440*t),0)':sample_rate=48000";
    const { bus, feed, radio } = await rig(context, tone);
    const o = feed(radio());
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

  test('wrong password, mount in use and nobody there: each its own cause, each found again', async (context) => {
    const { icecast, feed, radio } = await rig(context, 'sine=frequency=440:sample_rate=48000');
    const o = feed(radio('first'));
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
});
