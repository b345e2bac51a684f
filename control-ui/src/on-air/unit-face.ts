// How a field unit reads at a glance.
import type { StreamFacts } from '../../../server/contract/air.ts';
import type { UnitRunState } from '../../../server/contract/field.ts';
import type { Shape } from './output-face.ts';

const shapes: Record<UnitRunState, Shape> = {
  off: 'empty',
  live: 'full',
  degraded: 'warning',
  mute: 'warning',
  lost: 'warning',
};

/** Shape of a unit's or feed's row. */
export function unitShape(state: UnitRunState): Shape {
  return shapes[state];
}

/** Codecs by the names people know; anything else as it was measured. */
const codecs: Readonly<Record<string, string>> = { h264: 'H.264', hevc: 'HEVC', av1: 'AV1' };

/** `H.264 · 1280×720 · 30` from what was measured; empty while nothing was. */
export function streamWords(stream: StreamFacts | null): string {
  if (!stream) return '';
  const size =
    stream.width !== null && stream.height !== null ? `${stream.width}×${stream.height}` : null;
  const fps = stream.fps === null ? null : String(Math.round(stream.fps));
  const codec = stream.videoCodec;
  return [codec === null ? null : (codecs[codec] ?? codec), size, fps]
    .filter((part) => part !== null)
    .join(' · ');
}
