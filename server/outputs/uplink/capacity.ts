// What the uplink was seen to carry: learnt while outputs cannot keep up, forgotten when proven wrong or old. Pure.
import type { UplinkState } from '../../contract/uplink.ts';

export type Measured = NonNullable<UplinkState['measured']>;

/** One look at the outputs; `mono` in monotonic ms, `now` in epoch ms. */
export interface Look {
  readonly mono: number;
  readonly now: number;
  /** What leaves now, all outputs together. */
  readonly sendingKbps: number;
  /** Whether outputs fall behind and the uplink is the reason. */
  readonly congested: boolean;
}

export interface CapacityMemory {
  /** The looks of the last ten seconds, oldest first. */
  readonly looks: readonly Pick<Look, 'mono' | 'sendingKbps' | 'congested'>[];
  readonly measured: Measured | null;
}

/** Sums of bitrates jump with every key frame: they are judged over this long, ms. */
const windowMs = 10_000;
/** A gap between two looks after which the earlier ones say nothing of the later. */
const gapMs = 3000;
const hourMs = 3_600_000;
/** How long a measure is believed. */
const believedMs = { congestion: 24 * hourMs, test: 7 * 24 * hourMs } as const;
/** A measure that is beaten by more than this was wrong. */
const beaten = 1.05;
/** While congestion lasts, the measure is renewed at most this often unless it moved. */
const renewMs = 10_000;

/** Nothing seen yet, but `measured` of an earlier run. */
export function startCapacity(measured: Measured | null): CapacityMemory {
  return { looks: [], measured };
}

/** The memory after one more look. */
export function nextCapacity(memory: CapacityMemory, look: Look): CapacityMemory {
  const last = memory.looks.at(-1);
  const past = last && look.mono - last.mono <= gapMs ? memory.looks : [];
  const { mono, sendingKbps, congested } = look;
  const looks = [...past, { mono, sendingKbps, congested }].filter(
    (l) => mono - l.mono <= windowMs,
  );
  const measured = believable(memory.measured, look.now);
  // Full when its oldest look is about to fall out.
  const full = mono - (looks[0]?.mono ?? mono) >= windowMs - gapMs / 2;
  if (!full) return { looks, measured };
  const kbps = tens(looks.reduce((sum, l) => sum + l.sendingKbps, 0) / looks.length);
  if (looks.every((l) => l.congested)) {
    const known = measured?.how === 'congestion' ? measured : null;
    const moved = known === null || Math.abs(known.kbps - kbps) > known.kbps * 0.03;
    const old = known === null || look.now - known.at >= renewMs;
    if (kbps <= 0 || !(moved || old)) return { looks, measured };
    return { looks, measured: { kbps, at: look.now, how: 'congestion' } };
  }
  const wrong =
    measured !== null && looks.every((l) => !l.congested) && kbps > measured.kbps * beaten;
  return { looks, measured: wrong ? null : measured };
}

/** The measure while it may be believed: not too old, and not from a clock that was set back since. */
export function believable(measured: Measured | null, now: number): Measured | null {
  if (measured === null) return null;
  const age = now - measured.at;
  return age >= -60_000 && age <= believedMs[measured.how] ? measured : null;
}

/** The lower of what was declared and what was measured; null when nothing is known. */
export function lower(declaredKbps: number | null, measured: Measured | null): number | null {
  if (declaredKbps === null) return measured?.kbps ?? null;
  return measured === null ? declaredKbps : Math.min(declaredKbps, measured.kbps);
}

/** What of `kbps` may be used when `reservePercent` is kept for everything else. */
export function afterReserve(kbps: number | null, reservePercent: number): number | null {
  return kbps === null ? null : Math.floor(kbps * (1 - reservePercent / 100));
}

function tens(kbps: number): number {
  return Math.round(kbps / 10) * 10;
}
