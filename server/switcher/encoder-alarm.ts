// Whether OBS keeps up while it streams: frames it could not draw, encode or send in the last half minute.
import { createAlarmLatch } from '../core/alarm-latch.ts';
import type { Alarms, AlarmWords } from '../core/alarms.ts';

/** OBS's own counters, all since it or its stream started; `at` in monotonic ms. */
export interface FrameCounts {
  readonly at: number;
  readonly drawn: number;
  readonly drawSkipped: number;
  readonly encoded: number;
  readonly encodeSkipped: number;
  readonly sent: number;
  /** Thrown away because the way to the ingest was too slow. */
  readonly dropped: number;
}

/** `machine`: it cannot draw or encode in time. `network`: it cannot send in time. */
export type FrameTrouble = (typeof troubles)[number];
const troubles = ['machine', 'network'] as const;

export interface FrameMemory {
  /** Of the last half minute, oldest first. */
  readonly samples: readonly FrameCounts[];
  readonly up: ReadonlySet<FrameTrouble>;
}

/** Not streaming, or just begun. */
export const noFrames: FrameMemory = { samples: [], up: new Set() };

const windowMs = 30_000;
/** Less than this proves nothing: every start skips some frames. */
const enoughMs = 15_000;
/** Share of frames lost at which the alarm begins; it ends below the other. */
const tooMany = 0.02;
const fewEnough = 0.01;
/** More than a window holds at any pace of polling we use. */
const maxSamples = 100;

/** The memory after one more reading of the counters; null when OBS does not stream or is away. */
export function nextFrames(before: FrameMemory, counts: FrameCounts | null): FrameMemory {
  if (!counts) return noFrames;
  const last = before.samples.at(-1);
  // Counters that went back are of another stream or another OBS.
  const kept = last && restarted(last, counts) ? [] : before.samples;
  const samples = [...kept.filter((s) => counts.at - s.at <= windowMs), counts].slice(-maxSamples);
  const first = samples[0]!;
  if (counts.at - first.at < enoughMs) {
    return { samples, up: kept.length > 0 ? before.up : new Set() };
  }
  const lost: Readonly<Record<FrameTrouble, number>> = {
    machine: Math.max(
      share(first, counts, 'drawSkipped', 'drawn'),
      share(first, counts, 'encodeSkipped', 'encoded'),
    ),
    network: share(first, counts, 'dropped', 'sent'),
  };
  const up = troubles.filter((t) => lost[t] > (before.up.has(t) ? fewEnough : tooMany));
  return { samples, up: new Set(up) };
}

type Counter = Exclude<keyof FrameCounts, 'at'>;

function restarted(last: FrameCounts, now: FrameCounts): boolean {
  return (Object.keys(last) as (keyof FrameCounts)[]).some((name) => now[name] < last[name]);
}

function share(from: FrameCounts, to: FrameCounts, lost: Counter, all: Counter): number {
  const frames = to[all] - from[all];
  return frames > 0 ? (to[lost] - from[lost]) / frames : 0;
}

/** What each trouble says. */
export const frameWords: Readonly<Record<FrameTrouble, AlarmWords>> = {
  machine: {
    severity: 'warning',
    what: {
      es: 'El equipo de OBS no alcanza: en el último medio minuto se saltó más del 2 % de los cuadros.',
      en: 'The computer of OBS cannot keep up: it skipped more than 2 % of the frames in the last half minute.',
    },
    advice: {
      es: 'Cierre los demás programas de ese equipo y apague vistas previas, navegadores y filtros de la escena. Si sigue, baje la resolución o el preajuste del codificador antes de la próxima emisión.',
      en: 'Close the other programs on that computer and turn off previews, browsers and filters of the scene. If it goes on, lower the resolution or the encoder preset before the next transmission.',
    },
  },
  network: {
    severity: 'warning',
    what: {
      es: 'OBS no alcanza a entregar el programa al servidor: en el último medio minuto botó más del 2 % de los cuadros.',
      en: 'OBS cannot deliver the program to the server: it dropped more than 2 % of the frames in the last half minute.',
    },
    advice: {
      es: 'Revise la red entre el equipo de OBS y el servidor: use cable en vez de Wi-Fi y pare las descargas.',
      en: 'Check the network between the computer of OBS and the server: use a cable instead of Wi-Fi and stop downloads.',
    },
  },
};

/**
 * Keeps the alarms `obs-frames-…` true to the counters it is told; null: OBS does not stream, or is away.
 * `toldLate`: an alarm already says that the program is late because that machine is too slow.
 */
export function createFrameAlarms(
  alarms: Pick<Alarms, 'raise' | 'clear'>,
  toldLate: () => boolean,
): (counts: FrameCounts | null) => void {
  const latch = createAlarmLatch(alarms);
  let frames = noFrames;
  return (counts) => {
    frames = nextFrames(frames, counts);
    for (const trouble of troubles) {
      // One cause, one alarm: the worse effect is the one that is told.
      const up = frames.up.has(trouble) && !(trouble === 'machine' && toldLate());
      latch.set(`obs-frames-${trouble}`, up ? frameWords[trouble] : null);
    }
  };
}
