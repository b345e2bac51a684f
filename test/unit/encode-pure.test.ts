// The pure parts of always-encode: the gate, sound without holes, the meter, the arguments.
import { describe, expect, it } from 'vitest';
import { planSlate } from '../../server/air/bus/slate-args.ts';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import { encodeArgs } from '../../server/air/encode/encode-args.ts';
import { createGate } from '../../server/air/encode/gate.ts';
import { createLatencyMeter } from '../../server/air/encode/latency.ts';
import { createSoundFill } from '../../server/air/encode/sound-fill.ts';
import { steadyVideoOptions } from '../../server/air/encode/x264-options.ts';
import { encoderProfile } from '../../server/contract/profiles.ts';
import { order } from '../service/air-fakes.ts';
import { audioHeader, frame, keyFrame, sound, videoHeader } from './bus-media.ts';

const shape = (tags: readonly FlvTag[]): string[] =>
  tags.map((t) => `${t.type[0]}${t.header ? 'h' : t.key ? 'k' : ''}${t.timestamp}`);

describe('gate', () => {
  const settings = { settleMs: 500, aheadMs: 100, lossMs: 850 };

  it('opens with headers and a key frame once the flow keeps the pace of the wall', () => {
    const gate = createGate(settings);
    for (const tag of [videoHeader(), audioHeader(), keyFrame(0)]) {
      expect(gate.push(tag, 0)).toEqual([]);
    }
    for (let t = 40; t < 1000; t += 40) expect(gate.push(frame(t), t)).toEqual([]);
    expect(gate.open).toBe(false);
    expect(shape(gate.push(keyFrame(1000), 1000))).toEqual(['vh0', 'ah0', 'vk1000']);
    expect(gate.open).toBe(true);
    expect(shape(gate.push(sound(1010), 1010))).toEqual(['a1010']);
    expect(shape(gate.push(audioHeader(2), 1010))).toEqual(['ah0']);
  });

  it('waits while a backlog is worked off', () => {
    const gate = createGate(settings);
    gate.push(videoHeader(), 0);
    // Two seconds of pictures in one: twice as fast as the wall.
    for (let t = 0; t <= 2000; t += 40) {
      const tag = t % 1000 === 0 ? keyFrame(t) : frame(t);
      expect(gate.push(tag, t / 2)).toEqual([]);
    }
    let opened: number | null = null;
    for (let t = 2040; t <= 4000 && opened === null; t += 40) {
      const tag = t % 200 === 0 ? keyFrame(t) : frame(t);
      if (gate.push(tag, t - 1000).length > 0) opened = t;
    }
    // Half a second after the last that came early, on the next key frame.
    expect(opened).toBe(2600);
  });

  it('closes when nothing came for a while, and earns its trust again', () => {
    const gate = createGate(settings);
    for (let t = 0; t <= 600; t += 40) gate.push(t % 600 === 0 ? keyFrame(t) : frame(t), t);
    expect(gate.open).toBe(true);
    expect(gate.push(keyFrame(640), 2000)).toEqual([]);
    expect(gate.open).toBe(false);
    for (let t = 40; t < 500; t += 40) expect(gate.push(frame(640 + t), 2000 + t)).toEqual([]);
    expect(shape(gate.push(keyFrame(1160), 2520))).toEqual(['vk1160']);
  });
});

describe('sound fill', () => {
  const stereo48 = (): FlvTag => ({
    ...audioHeader(),
    body: Buffer.from([0xaf, 0, 0x11, 0x90]),
  });
  const mono44 = (): FlvTag => ({ ...audioHeader(), body: Buffer.from([0xaf, 0, 0x12, 0x08]) });

  it('leaves sound alone that comes with its pictures, and metadata out', () => {
    const fill = createSoundFill();
    const script: FlvTag = { ...sound(0), type: 'script' };
    const given = [script, videoHeader(), stereo48(), keyFrame(0), sound(0), frame(40), sound(21)];
    expect(shape(given.flatMap((t) => fill.push(t)))).toEqual('vh0 ah0 vk0 a0 v40 a21'.split(' '));
  });

  it('gives a source without sound silence from its first picture on', () => {
    const fill = createSoundFill();
    fill.push(videoHeader());
    const out = [keyFrame(1000), frame(1040), frame(1240), frame(1300)].flatMap((t) =>
      fill.push(t),
    );
    expect(out[0]).toMatchObject({ type: 'audio', header: true, timestamp: 1000 });
    const silence = out.filter((t) => t.type === 'audio' && !t.header).map((t) => t.timestamp);
    expect(silence[0]).toBe(1000);
    expect(silence.at(-1)).toBeGreaterThan(1300 - 150);
    expect(silence.at(-1)).toBeLessThan(1300 - 50);
    for (const [i, at] of silence.slice(1).entries()) {
      expect(at - silence[i]!).toBeGreaterThan(20);
      expect(at - silence[i]!).toBeLessThan(23);
    }
    expect(out.at(-1)).toMatchObject({ type: 'video', timestamp: 1300 });
  });

  it('fills a hole in the format of the sound, and drops sound that comes too late for it', () => {
    const fill = createSoundFill();
    for (const tag of [mono44(), keyFrame(0), sound(0)]) fill.push(tag);
    const filled = fill.push(frame(500)).filter((t) => t.type === 'audio');
    expect(filled.map((t) => t.timestamp).slice(0, 2)).toEqual([23, 46]);
    expect(filled[0]!.body).toHaveLength(8);
    expect(fill.push(sound(300))).toEqual([]);
    expect(shape(fill.push(sound(480)))).toEqual(['a480']);
  });

  it('leaves a long hole and an unknown format to the encoder', () => {
    const fill = createSoundFill();
    for (const tag of [stereo48(), keyFrame(0), sound(0)]) fill.push(tag);
    expect(fill.push(frame(3_600_000)).length).toBeLessThan(110);
    const odd = createSoundFill();
    const surround: FlvTag = { ...audioHeader(), body: Buffer.from([0xaf, 0, 0x11, 0xb0]) };
    expect(shape([surround, keyFrame(0), frame(900)].flatMap((t) => odd.push(t)))).toEqual(
      'ah0 vk0 v900'.split(' '),
    );
  });
});

describe('latency', () => {
  it('is the way of each picture, doubles left out', () => {
    const meter = createLatencyMeter();
    expect(meter.figures()).toBeNull();
    for (let t = 0; t < 400; t += 40) meter.fed(t, 1000 + t);
    for (let t = 0; t < 200; t += 20) meter.came(t, 1060 + t);
    expect(meter.figures()).toEqual({ medianMs: 60, worstMs: 60 });
    meter.came(240, 1500);
    expect(meter.figures()).toEqual({ medianMs: 60, worstMs: 260 });
  });
});

describe('arguments', () => {
  const profile = encoderProfile.parse({
    ...order().encoder,
    audioRate: 44_100,
    audioChannels: 1,
    alwaysEncode: true,
  });

  it('scale to the profile, at a constant rate, without delay', () => {
    const args = encodeArgs(profile, 1533);
    const after = (name: string): string | undefined => args[args.indexOf(name) + 1];
    expect(args.slice(0, 2)).not.toContain('pipe:1');
    expect(after('-i')).toBe('pipe:0');
    expect(args.at(-1)).toBe('pipe:1');
    expect(args).toContain('-nostdin');
    expect(after('-ss')).toBe('1.533');
    expect(after('-vf')).toMatch(/^scale=640:360:.*pad=640:360:-1:-1,setsar=1,format=yuv420p$/);
    expect(after('-fps_mode')).toBe('cfr');
    expect([after('-g'), after('-keyint_min'), after('-bf')]).toEqual(['30', '30', '0']);
    const rates = [after('-b:v'), after('-maxrate'), after('-bufsize')];
    expect(new Set(rates)).toEqual(new Set(['800k']));
    expect(after('-tune')).toBe('zerolatency');
    expect(after('-af')).toBe('aresample=async=1,aformat=sample_rates=44100:channel_layouts=mono');
    expect([after('-ar'), after('-ac')]).toEqual(['44100', '1']);
  });

  it('make the slate with the same options, and without the flag as before', () => {
    const text = (alwaysEncode: boolean): string =>
      planSlate({ encoder: { ...profile, alwaysEncode }, slate: order().slate }, null).args.join(
        ' ',
      );
    const steady = steadyVideoOptions(profile).join(' ');
    expect(text(true)).toContain(steady);
    expect(encodeArgs(profile, 0).join(' ')).toContain(steady);
    expect(text(false)).not.toContain('zerolatency');
    expect(text(false)).toContain('-crf 20');
  });
});
