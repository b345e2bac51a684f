// What the tests of reports share: a moment, an output, what air says of it, and a report applied.
import type { AirOutputReport, AirReport } from '../../server/contract/air-link.ts';
import type { Output } from '../../server/contract/outputs.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { applyReport } from '../../server/outputs/report.ts';
import { sampleOutput } from '../kit/samples.ts';
import { idleReport, station } from '../service/outputs-samples.ts';

/** The present of these tests, epoch ms. */
export const now = 1_000_000;
/** An output that was ordered to run, as the state shows it. */
export const output = sampleOutput({ since: now - 5000 });
/** What air says of an output that is live. */
export const told: AirOutputReport = {
  state: 'live',
  since: now - 2000,
  liveSince: now - 2000,
  bitrateKbps: 3100,
  sentBytes: 775_000,
  droppedFrames: 0,
  queueMs: 0,
  restarts: 0,
  nextRetryAt: null,
  problem: null,
  cpuPercent: 0.4,
  memoryMb: 19,
  loudnessLufs: null,
  silentSeconds: null,
  via: null,
  recording: null,
};
/** What control knows when a report comes. */
export const facts = { live: true, now, offsetMs: 0, memory: { since: null, lastSeen: null } };
/** A state with these outputs and nothing else. */
export const state = (outputs: Record<string, Output> = {}) => ({
  ...initialState(station, 1935, now),
  outputs,
});
/** A report applied to a state with these outputs; `heard` is whether one came before it. */
export const apply = (
  outputs: Record<string, Output>,
  report: Partial<AirReport>,
  more: Partial<typeof facts> = {},
  heard = true,
) => {
  const old = state(outputs);
  const air = { ...old.air, reportedAt: heard ? now - 500 : null };
  return applyReport({ ...old, air }, idleReport(now, report), { ...facts, ...more });
};
