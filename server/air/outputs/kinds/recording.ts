// The program as it is, on air's own disk: fragmented MP4, one folder per occurrence.
import type { WrongTarget } from '../address.ts';
import { recordingArgs } from '../ffmpeg-args.ts';
import type { KindFacts, KindPlan } from '../plan.ts';
import { folderProblem } from '../recording-names.ts';
import { clamp } from './bounds.ts';

/** A disk that has to wake up, or that others keep busy, is given longer than a platform. */
const maxAgeMs = 30_000;

/** The plan of a `recording` output; its file is handed to the writer, never named to it. */
export function planRecording({ order, encoder }: KindFacts): KindPlan | WrongTarget {
  if (!order.folder) return { wrong: 'the order names no folder to record in' };
  const wrong = folderProblem(order.folder.name);
  if (wrong !== null) return { wrong };
  const bytesPerSecond = ((encoder.videoKbps + encoder.audioKbps) * 1000) / 8;
  return {
    args: recordingArgs(),
    queue: { maxBytes: clamp(bytesPerSecond * 40, 16e6, 96e6), maxAgeMs, cutOn: 'key' },
    takes: 'all',
    measures: false,
  };
}
