// A web player as control shows it, live.
import type { Output } from '../../server/contract/outputs.ts';
import { idleFacts } from '../../server/outputs/report.ts';

/** The web player of the rig as control shows it. */
export const webOutput: Output = {
  ...idleFacts,
  name: 'Reproductor web',
  kind: 'hls',
  profile: 'web-player',
  url: '',
  hasKey: false,
  withAir: true,
  settings: null,
  backupUrl: null,
  priority: 50,
  mayShed: false,
  shed: false,
  needKbps: 0,
  playPath: '/en-vivo/hls/web/live.m3u8',
  order: 'start',
  state: 'live',
  since: 0,
};
