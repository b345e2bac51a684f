// The encoder's process with real ffmpeg: a source without sound, a program that is not there, one that lies.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flvFileHeader, serialiseTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import type { BusTap } from '../../server/air/bus/tap.ts';
import { startEncoder } from '../../server/air/encode/encoder-process.ts';
import { encoderProfile } from '../../server/contract/profiles.ts';
import { systemClock } from '../../server/core/clock.ts';
import { complaints, packetFacts, streamsOf } from '../kit/media-probe.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { until } from '../kit/until.ts';
import { order } from '../service/air-fakes.ts';

const clock = systemClock();
const profile = encoderProfile.parse({ ...order().encoder, width: 320, height: 180 });
let folder: string;
let bus: SimulatedBus;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'encode-process-'));
  bus = await startSimulatedBus({ seconds: 2, videoKbps: 500 });
});
afterAll(() => {
  bus.close();
  rmSync(folder, { recursive: true, force: true });
});

it('gives a source without sound silence, and ends by itself when told to', async () => {
  const mute: BusTap = {
    attach: (consumer) =>
      bus.attach((tag) => {
        if (tag.type !== 'audio') consumer(tag);
      }),
    flowing: true,
  };
  const got: FlvTag[] = [];
  const encoder = startEncoder(profile, {
    tap: mute,
    clock,
    ffmpegPath: 'ffmpeg',
    onTag: (tag) => got.push(tag),
  });
  const count = (type: FlvTag['type']): number => got.filter((t) => t.type === type).length;
  await until('picture and sound', () => count('video') > 30 && count('audio') > 30, 20_000);
  expect(encoder.latency()?.medianMs).toBeGreaterThan(0);
  expect(encoder.spoke).toBe(true);
  await encoder.end();
  await encoder.gone;
  const file = join(folder, 'mute.flv');
  writeFileSync(file, Buffer.concat([flvFileHeader, ...got.map((tag) => serialiseTag(tag))]));
  expect(await packetFacts(file)).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
  expect(await complaints(file)).toEqual([]);
  expect(await streamsOf(file)).toMatchObject([
    { type: 'video', width: 320, height: 180 },
    { type: 'audio', channels: 2, sampleRate: 48_000 },
  ]);
});

it('tells when there is no ffmpeg, and ends one that sends something else', async () => {
  const start = (ffmpegPath: string) =>
    startEncoder(profile, { tap: bus, clock, ffmpegPath, onTag: () => undefined });
  const missing = start(join(folder, 'none'));
  expect((await missing.gone).join(' ')).toMatch(/ENOENT/);
  expect(missing.pid).toBeNull();
  const liar = join(folder, 'liar');
  writeFileSync(
    liar,
    "#!/bin/sh\necho 'this is no FLV, whatever it says'\nexec cat > /dev/null\n",
    {
      mode: 0o755,
    },
  );
  expect((await start(liar).gone).join(' ')).toMatch(/FLV/);
});
