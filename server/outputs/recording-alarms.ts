// Raises the alarms of recordings: one that does not record, one whose disk will be full within the hour.
import type { Output } from '../contract/outputs.ts';
import type { StudioState } from '../contract/state.ts';
import type { Alarms, AlarmWords } from '../core/alarms.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import type { Clock } from '../core/clock.ts';
import type { StateStore } from '../core/state-store.ts';
import { causeWords } from './causes.ts';

/** What earlier looks found; made and read by `judgeRecordings`. */
export interface RecordingMemory {
  /** Since when a recording that should run does not, epoch ms by id. */
  readonly down: ReadonlyMap<string, number>;
  /** Those already said to have little space. */
  readonly tight: ReadonlySet<string>;
}

/** Nothing wrong yet. */
export const calmRecordings: RecordingMemory = { down: new Map(), tight: new Set() };

const downMs = 3000;
const tightSeconds = 3600;
/** Said once, it is taken back only with this much more: the bitrate goes up and down. */
const roomySeconds = 4200;
const everyMs = 1000;

type Seen = Pick<StudioState, 'air' | 'outputs'>;

/** The alarms of recordings to be up at `now` by id, and the memory for the next call. */
export function judgeRecordings(
  { air, outputs }: Seen,
  memory: RecordingMemory,
  now: number,
): { alarms: Map<string, AlarmWords>; memory: RecordingMemory } {
  const alarms = new Map<string, AlarmWords>();
  const down = new Map<string, number>();
  const tight = new Set<string>();
  for (const [id, output] of Object.entries(outputs)) {
    if (output.kind !== 'recording' || output.order !== 'start') continue;
    // While going live waits for its slate, outputs are not told to run yet.
    if (output.state !== 'live' && air.preparing === null) {
      const since = memory.down.get(id) ?? now;
      down.set(id, since);
      if (now - since > downMs) alarms.set(`recording-${id}`, downAlarm(output));
    }
    const left = output.recording?.secondsLeft ?? null;
    if (left !== null && left < (memory.tight.has(id) ? roomySeconds : tightSeconds)) {
      tight.add(id);
      alarms.set(`recording-space-${id}`, tightAlarm(output, left));
    }
  }
  return { alarms, memory: { down, tight } };
}

function downAlarm({ name, problem }: Output): AlarmWords {
  return {
    severity: 'critical',
    what: { es: `«${name}» no está grabando.`, en: `“${name}” is not recording.` },
    advice: causeWords(problem?.cause ?? 'timeout', 'recording'),
  };
}

function tightAlarm({ name }: Output, seconds: number): AlarmWords {
  // In steps: an alarm that changes its words each second is new each second.
  const step = [5, 10, 15, 30, 60].find((minutes) => seconds < minutes * 60);
  const es = step ? `menos de ${step} minutos` : 'poco más de una hora';
  const en = step ? `less than ${step} minutes` : 'little more than an hour';
  return {
    severity: 'warning',
    what: {
      es: `A «${name}» le queda disco para ${es}.`,
      en: `“${name}” has disk space for ${en}.`,
    },
    advice: {
      es: 'Copie grabaciones a otro disco y bórrelas de este. Al llegar al límite la grabación se detiene; el aire no se toca.',
      en: 'Copy recordings to another disk and delete them here. At the limit recording stops; the air is not touched.',
    },
  };
}

/** Watches the recordings in the state; while air is not heard it leaves the alarms as they were. */
export function createRecordingAlarms(ports: {
  readonly store: Pick<StateStore, 'get'>;
  readonly alarms: Alarms;
  readonly clock: Clock;
}): { close(): void } {
  const latch = createAlarmLatch(ports.alarms);
  let memory = calmRecordings;
  return {
    close: ports.clock.every(everyMs, () => {
      const state = ports.store.get();
      if (!state.air.connected) return;
      const judged = judgeRecordings(state, memory, ports.clock.now());
      memory = judged.memory;
      latch.retain((id) => judged.alarms.has(id));
      for (const [id, words] of judged.alarms) latch.set(id, words);
    }),
  };
}
