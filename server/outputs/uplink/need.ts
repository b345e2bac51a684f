// What an output takes of the uplink while it runs. Pure.
import {
  radioSettings,
  verticalSettings,
  type OutputKind,
  type OutputSettings,
} from '../../contract/outputs.ts';
import type { EncoderProfile } from '../../contract/profiles.ts';

/** What a protocol adds to the media it carries: containers and headers; SRT also what it sends again. */
const overhead = { tcp: 1.06, srt: 1.25 } as const;

/**
 * Kb/s that an output of `kind` sends out of the building; 0 for a recording, which stays here, and
 * for the web player, which needs only what its viewers take.
 */
export function needKbps(
  kind: OutputKind,
  settings: OutputSettings | null,
  encoder: Pick<EncoderProfile, 'videoKbps' | 'audioKbps'>,
): number {
  switch (kind) {
    case 'rtmp':
      return Math.ceil((encoder.videoKbps + encoder.audioKbps) * overhead.tcp);
    case 'srt':
      return Math.ceil((encoder.videoKbps + encoder.audioKbps) * overhead.srt);
    case 'vertical': {
      const own = verticalSettings.parse(settings ?? {});
      return Math.ceil((own.videoKbps + encoder.audioKbps) * overhead.tcp);
    }
    case 'icecast':
      return Math.ceil(radioSettings.parse(settings ?? {}).bitrateKbps * overhead.tcp);
    default:
      return 0;
  }
}

/** Whether an output of `kind` sends somewhere: a recording and the web player have no address or key. */
export function isNetworked(kind: OutputKind): boolean {
  return kind !== 'recording' && kind !== 'hls';
}
