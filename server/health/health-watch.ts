// Watches the health of what goes out: alarms while it is bad, evidence of when it began and how long it lasted.
import type { StudioState } from '../contract/state.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import type { Alarms } from '../core/alarms.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import type { StateStore } from '../core/state-store.ts';
import {
  healthTroubles,
  healthy,
  judgeHealth,
  type HealthContext,
  type HealthThresholds,
  type HealthTrouble,
} from './judge.ts';
import { secondsSoFar, troubleReason, troubleWords } from './words.ts';

export interface HealthWatchPorts {
  readonly store: Pick<StateStore, 'get' | 'subscribe'>;
  readonly alarms: Alarms;
  readonly audit: Audit;
  readonly clock: Clock;
  /** From `profiles/station.json`. */
  readonly thresholds: HealthThresholds;
}

/** A report stands for the time since the one before, but never for more than this, s. */
const mostElapsed = 2;

/**
 * Judged at every report of air's; the alarms are `health-<trouble>`. While air is away everything stays
 * as it was: it carries on by itself.
 */
export function createHealthWatch(ports: HealthWatchPorts): { close(): void } {
  const { store, audit, clock, thresholds } = ports;
  const latch = createAlarmLatch(ports.alarms);
  const since = new Map<HealthTrouble, number>();
  let memory = healthy;
  let reportedAt: number | null = null;
  let judgedAt = clock.mono();

  function check(): void {
    const state = store.get();
    const { air } = state;
    if (!air.connected) return;
    const now = clock.mono();
    let elapsed = 0;
    if (air.reportedAt !== reportedAt) {
      reportedAt = air.reportedAt;
      elapsed = Math.min(mostElapsed, (now - judgedAt) / 1000);
      judgedAt = now;
    }
    const context = contextOf(state);
    const before = memory;
    memory = judgeHealth(air.health, thresholds, context, before, elapsed);
    for (const trouble of healthTroubles) {
      const is = memory.up.has(trouble);
      if (is !== before.up.has(trouble)) change(trouble, is, state, context.watched);
    }
  }

  function change(
    trouble: HealthTrouble,
    began: boolean,
    { air, station }: StudioState,
    watched: boolean,
  ): void {
    const now = clock.mono();
    if (began) {
      const seconds = air.health ? secondsSoFar(trouble, air.health, thresholds) : 0;
      since.set(trouble, now - seconds * 1000);
    }
    const seconds = Math.round((now - (since.get(trouble) ?? now)) / 1000);
    if (!began) since.delete(trouble);
    latch.set(
      `health-${trouble}`,
      began ? troubleWords(trouble, thresholds, station.slateText) : null,
    );
    audit.record({
      actor: 'health',
      action: began ? 'health.begin' : 'health.end',
      reason: troubleReason(trouble, seconds, began ? null : watched ? 'over' : 'unwatched'),
      ok: !began,
      detail: { trouble, seconds },
    });
  }

  check();
  return { close: store.subscribe(check) };
}

/** Watched is what people here make: the program, or what goes out in its place, while on the air. */
function contextOf({ air, switcher }: StudioState): HealthContext {
  return {
    watched: air.onAir && air.source === 'live',
    slateScene:
      air.feeding === 'program' &&
      switcher.connection === 'connected' &&
      switcher.slateScene !== null &&
      switcher.program === switcher.slateScene,
  };
}
