// A web player as control shows it, live.
import type { Output } from '../../server/contract/outputs.ts';
import { sampleOutput } from '../kit/samples.ts';

/** The web player of the rig as control shows it. */
export const webOutput: Output = sampleOutput({
  name: 'Reproductor web',
  kind: 'hls',
  profile: 'web-player',
  url: '',
  hasKey: false,
  playPath: '/en-vivo/hls/web/live.m3u8',
  state: 'live',
});
