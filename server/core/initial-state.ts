// The state before anything was heard from anyone: everything off, nothing claimed.
import type { StationState } from '../contract/station.ts';
import type { StudioState } from '../contract/state.ts';

/** A complete StudioState in which no equipment has reported yet; `now` in epoch ms. */
export function initialState(station: StationState, rtmpPort: number, now: number): StudioState {
  return {
    station,
    air: {
      connected: false,
      order: 'stop',
      onAir: false,
      source: 'off',
      since: null,
      sourceSince: null,
      program: null,
      ingest: {
        state: 'down',
        rtmpPort,
        since: now,
        restarts: 0,
        text: 'El proceso de emisión aún no responde.',
        textEn: 'The air process has not answered yet.',
      },
      slate: 'none',
      cpuPercent: 0,
      memoryMb: 0,
      reportedAt: null,
    },
    outputs: {},
    switcher: {
      connection: 'off',
      ownership: 'none',
      problem: null,
      obsVersion: null,
      program: null,
      preview: null,
      studioMode: false,
      scenes: [],
      transition: { name: null, durationMs: null, available: [], phase: 'settled', to: null },
      programBy: null,
      programSince: null,
      slateScene: null,
      inputs: [],
      texts: [],
      streaming: 'off',
      encoder: {
        width: null,
        height: null,
        fps: null,
        droppedFrames: 0,
        renderSkipped: 0,
        cpuPercent: null,
        warning: null,
      },
    },
    grid: {
      mode: 'automatic',
      hold: null,
      now: null,
      next: null,
      late: null,
      announced: null,
      lastAct: null,
      version: 0,
      note: '',
      problems: [],
    },
    field: { units: {} },
    people: {},
    parts: {},
    alarms: {},
  };
}
