// Stops and lets go on the outputs that `nextShed` names: owns every output's `shed`, with its evidence.
import type { AlarmLatch } from '../../core/alarm-latch.ts';
import type { Audit } from '../../core/audit.ts';
import type { Clock } from '../../core/clock.ts';
import type { StateStore } from '../../core/state-store.ts';
import { causeWords } from '../causes.ts';
import { ordered, sending } from './demand.ts';
import { calmMemory, nextShed, type ShedAct, type ShedFacts } from './shedding.ts';
import { shedAlarm, shedReason } from './uplink-words.ts';

export interface ShedderPorts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly latch: AlarmLatch;
  /** An output was stopped or let go on: air needs another order. */
  readonly orderChanged: () => void;
  /** Keeps which outputs are shed, and how often in a row, over a restart. */
  readonly save: (shed: readonly { readonly id: string; readonly times: number }[]) => void;
}

/** What the shedder does not see in the state itself. */
export type ShedReasons = Pick<ShedFacts, 'short' | 'troubled' | 'knownKbps' | 'congestion'> & {
  /** Names of the outputs that fall behind. */
  readonly dropping: readonly string[];
};

export interface Shedder {
  /** Judges once; true when an output was stopped or comes back, and the load is another. */
  consider(reasons: ShedReasons): boolean;
  /** Air is not heard: what was going on is not known to go on. */
  pause(): void;
  /** Outputs ordered to stop are not shed any more; says which still are. */
  tidy(): void;
}

/**
 * Makes it. `before` are the outputs shed when control ended, with how often in a row: they stay so,
 * because coming back at once would hurt the others again.
 */
export function createShedder(ports: ShedderPorts, before: ReadonlyMap<string, number>): Shedder {
  const { store, clock } = ports;
  let memory = calmMemory;
  restore();

  function restore(): void {
    const { outputs } = store.get();
    const ids = [...before.keys()].filter((id) => outputs[id]?.order === 'start');
    if (ids.length === 0) return;
    const past = ids.map((id) => [
      id,
      { times: before.get(id) ?? 1, returnedAt: null, trial: false },
    ]);
    memory = { ...calmMemory, actedAt: clock.mono(), past: Object.fromEntries(past) };
    for (const id of ids) mark(id, true);
    ports.orderChanged();
  }

  function mark(id: string, shed: boolean): void {
    store.change((draft) => {
      const output = draft.outputs[id];
      if (!output) return;
      output.shed = shed;
      if (shed) {
        const words = causeWords('shed', output.kind);
        const at = clock.now();
        output.problem = { cause: 'shed', text: words.es, textEn: words.en, detail: '', at };
      } else if (output.problem?.cause === 'shed') {
        output.problem = null;
      }
    });
  }

  function save(): void {
    const shed = Object.entries(store.get().outputs).filter(([, o]) => o.shed);
    ports.save(shed.map(([id]) => ({ id, times: memory.past[id]?.times ?? 1 })));
  }

  function perform(act: ShedAct, dropping: readonly string[]): void {
    const state = store.get();
    const output = state.outputs[act.id];
    if (!output) return;
    const { name, needKbps, priority } = output;
    const sendingKbps = sending(state);
    mark(act.id, act.type === 'shed');
    ports.orderChanged();
    save();
    const { usableKbps } = state.uplink;
    const figures = { name, needKbps, sendingKbps, dropping };
    ports.audit.record({
      actor: 'uplink',
      action: act.type === 'shed' ? 'output.shed' : 'output.unshed',
      reason: shedReason(act, figures),
      ok: true,
      detail: { id: act.id, why: act.why, priority, usableKbps, ...figures },
    });
  }

  return {
    consider({ dropping, ...reasons }) {
      const { outputs, uplink } = store.get();
      const next = nextShed(
        memory,
        {
          ...reasons,
          allowed: uplink.shedAllowed,
          outputs: ordered(outputs).map(([id, o]) => ({
            id,
            priority: o.priority,
            needKbps: o.needKbps,
            mayShed: o.mayShed,
            shed: o.shed,
            live: o.state === 'live',
            video: o.kind !== 'icecast',
          })),
        },
        clock.mono(),
      );
      memory = next.memory;
      if (next.act) perform(next.act, dropping);
      return next.act !== null;
    },
    pause() {
      memory = { ...memory, shortSince: null, calmSince: null, aloneSince: null };
    },
    tidy() {
      const all = Object.entries(store.get().outputs);
      const stopped = all.filter(([, o]) => o.shed && o.order === 'stop');
      for (const [id] of stopped) mark(id, false);
      if (stopped.length > 0) save();
      const shed = all.filter(([, o]) => o.shed && o.order === 'start');
      ports.latch.set('uplink-shed', shedAlarm(shed.map(([, o]) => o.name)));
    },
  };
}
