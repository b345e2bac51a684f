// Whole values of the contract in an ordinary state, for tests that care about one or two of their fields.
import type { AirHealth } from '../../server/contract/air.ts';
import type { Output } from '../../server/contract/outputs.ts';
import { encoderProfile, type EncoderProfile } from '../../server/contract/profiles.ts';
import { idleFacts } from '../../server/outputs/report.ts';

/** A Facebook page ordered to run, of which nothing was told yet, changed by `more`. */
export function sampleOutput(more: Partial<Output> = {}): Output {
  return {
    name: 'Facebook',
    kind: 'rtmp',
    profile: 'facebook',
    url: 'rtmps://x/rtmp/',
    hasKey: true,
    withAir: true,
    settings: null,
    backupUrl: null,
    priority: 50,
    mayShed: false,
    shed: false,
    needKbps: 0,
    playPath: null,
    order: 'start',
    ...idleFacts,
    since: 0,
    ...more,
  };
}

/** A program with nothing wrong in it: −18 LUFS, no black, no silence. */
export const calmHealth: AirHealth = {
  blackSeconds: 0,
  frozenSeconds: 0,
  silentSeconds: 0,
  clippedSeconds: 0,
  momentaryLufs: -18,
  shortTermLufs: -18,
  integratedLufs: -18,
  rangeLu: 5,
  truePeakDb: -3,
  cpuPercent: 1,
  memoryMb: 20,
};

/** 640×360 at 30 frames, 3 Mb/s with a key frame each second: what a simulated bus stands for. */
export function sampleEncoder(more: Partial<EncoderProfile> = {}): EncoderProfile {
  return encoderProfile.parse({
    id: 'test',
    name: 'test',
    width: 640,
    height: 360,
    fps: 30,
    videoKbps: 3000,
    audioKbps: 128,
    audioRate: 48_000,
    audioChannels: 2,
    keyframeSeconds: 1,
    h264Profile: 'high',
    x264Preset: 'veryfast',
    ...more,
  });
}
