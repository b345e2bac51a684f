// The slate as a real ffmpeg renders it: the profile's settings, the station's look, a loop without a seam.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flvFileHeader, serialiseTag } from '../../server/air/bus/flv-tag.ts';
import { createReelLoop } from '../../server/air/bus/reel-loop.ts';
import { reelFromFlv } from '../../server/air/bus/reel.ts';
import { renderSlate } from '../../server/air/bus/slate-render.ts';
import type { SlateWish } from '../../server/air/bus/slate-args.ts';
import { systemClock } from '../../server/core/clock.ts';
import { colorAt, decodeErrors, packetFacts, soundFacts, streamsOf } from '../kit/media-probe.ts';
import { order } from '../service/air-fakes.ts';

let folder: string;
let file: string;
const clock = systemClock();
const wish: SlateWish = {
  encoder: { ...order().encoder, x264Preset: 'veryfast' },
  slate: {
    name: "Capital 100% \\o/ 'ñ'",
    text: 'Ya regresamos: ¡en un momento!',
    background: '#204060',
    foreground: '#ffd166',
  },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bus-slate-'));
  file = join(folder, 'slates', 'one.flv');
  await renderSlate(wish, file, { clock });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('rendered slate', () => {
  it("has the profile's settings", async () => {
    expect(await streamsOf(file)).toEqual([
      { type: 'video', codec: 'h264', width: 640, height: 360, channels: null, sampleRate: null },
      { type: 'audio', codec: 'aac', width: null, height: null, channels: 2, sampleRate: 48_000 },
    ]);
    const facts = await packetFacts(file);
    expect(facts.videoPackets).toBe(240);
    expect(new Set(facts.keySpacingsMs.map((ms) => Math.round(ms)))).toEqual(new Set([1000]));
    expect(facts.nonMonotonic).toBe(0);
    expect(
      spawnSync('ffprobe', [
        '-v',
        'error',
        '-select_streams',
        'v',
        '-show_entries',
        'stream=has_b_frames,profile,color_space',
        '-of',
        'csv=p=0',
        file,
      ])
        .stdout.toString()
        .trim(),
    ).toBe('High,0,bt709');
  });

  it("has the station's colours, words and movement", async () => {
    const corner = { x: 0, y: 0, width: 0.1, height: 0.1 };
    const ground = await colorAt(file, 4, corner);
    expect(Math.abs(ground.r - 0x20)).toBeLessThan(8);
    expect(Math.abs(ground.g - 0x40)).toBeLessThan(8);
    expect(Math.abs(ground.b - 0x60)).toBeLessThan(8);
    const words = await colorAt(file, 4, { x: 0.15, y: 0.42, width: 0.7, height: 0.2 });
    expect(words.r).toBeGreaterThan(ground.r + 20);
    // The bar is on the left at 2 s and on the right at 6 s.
    const bar = { y: 0.8, width: 0.3, height: 0.008 };
    const left = { ...bar, x: 0.1 };
    const right = { ...bar, x: 0.6 };
    const seen = [];
    for (const at of [2, 6]) {
      seen.push((await colorAt(file, at, left)).r > (await colorAt(file, at, right)).r);
    }
    expect(seen).toEqual([true, false]);
  });

  it('sounds quietly, and is never taken for silence', async () => {
    const sound = await soundFacts(file, 5000);
    expect(sound.rmsDbfs).toBeGreaterThan(-40);
    expect(sound.rmsDbfs).toBeLessThan(-24);
    expect(sound.peakDbfs).toBeLessThan(-12);
    const { stderr } = spawnSync('ffmpeg', [
      '-nostdin',
      '-i',
      file,
      '-af',
      'silencedetect=n=-50dB:d=1.5',
      '-f',
      'null',
      '-',
    ]);
    expect(stderr.toString()).not.toContain('silence_duration');
  });

  it('loops without a seam', async () => {
    const reel = reelFromFlv(readFileSync(file), 8000);
    expect(reel.frameMs).toBeCloseTo(64 / 3, 6);
    const twice = join(folder, 'twice.flv');
    const loop = createReelLoop(reel);
    const loops: Buffer[] = [];
    let sounds = 0;
    while (loop.due() < 2 * reel.durationMs) {
      const tag = loop.next();
      if (tag.type === 'audio') sounds += 1;
      loops.push(serialiseTag(tag));
    }
    expect(sounds).toBe(750);
    const headers = [reel.videoHeader, reel.audioHeader].map(serialiseTag);
    writeFileSync(twice, Buffer.concat([flvFileHeader, ...headers, ...loops]));
    const facts = await packetFacts(twice);
    expect(facts.nonMonotonic).toBe(0);
    expect(facts.maxVideoGapMs).toBeLessThanOrEqual(35);
    expect(facts.maxAudioGapMs).toBeLessThanOrEqual(23);
    expect(await decodeErrors(twice)).toBe(0);
  });

  it('leaves nothing but the slate behind', () => {
    expect(readdirSync(join(folder, 'slates'))).toEqual(['one.flv']);
  });
});

describe('rendering', () => {
  it('goes without words where there is no font', async () => {
    const plain = join(folder, 'plain.flv');
    await renderSlate(wish, plain, { clock, fonts: [join(folder, 'none.ttf')] });
    const ground = await colorAt(plain, 4, { x: 0, y: 0, width: 0.1, height: 0.1 });
    const words = await colorAt(plain, 4, { x: 0.15, y: 0.42, width: 0.7, height: 0.2 });
    expect(Math.abs(words.r - ground.r)).toBeLessThan(4);
  });

  it('fits mono at 44.1 kHz, 25 fps and odd key frame distances', async () => {
    const odd = join(folder, 'odd.flv');
    const encoder = {
      ...wish.encoder,
      fps: 25 as const,
      keyframeSeconds: 1.5,
      audioRate: 44_100 as const,
      audioChannels: 1 as const,
      h264Profile: 'main' as const,
    };
    await renderSlate({ ...wish, encoder }, odd, { clock });
    const facts = await packetFacts(odd);
    expect(new Set(facts.keySpacingsMs.map((ms) => Math.round(ms / 10)))).toEqual(new Set([152]));
    expect((await streamsOf(odd))[1]).toMatchObject({ channels: 1, sampleRate: 44_100 });
  });

  it('says what ffmpeg said when it fails, and leaves nothing', async () => {
    const target = join(folder, 'failed', 'x.flv');
    const encoder = { ...wish.encoder, h264Profile: 'nonsense' as 'high' };
    await expect(renderSlate({ ...wish, encoder }, target, { clock })).rejects.toMatchObject({
      code: 'unavailable',
      context: { detail: expect.stringContaining('profile') as string },
    });
    expect(readdirSync(join(folder, 'failed'))).toEqual([]);
    await expect(
      renderSlate(wish, target, { clock, ffmpeg: join(folder, 'no-ffmpeg') }),
    ).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('ends at its deadline', async () => {
    const target = join(folder, 'late', 'x.flv');
    const encoder = { ...wish.encoder, width: 3840, height: 2160, x264Preset: 'medium' as const };
    await expect(
      renderSlate({ ...wish, encoder }, target, { clock, deadlineMs: 300 }),
    ).rejects.toMatchObject({ code: 'timeout' });
  });
});
