// Decides what the grid owes the air: its own wish at each start, and yielding to people in between.
import { segmentKey, type Segment } from './plan.ts';
import type { AsRunFact, Hold } from './records.ts';
import { createTaker, type Taker, type TakerPorts } from './taker.ts';
import type { Timeline } from './timeline.ts';
import { gridActor } from './words.ts';

export interface AutomationPorts extends Omit<TakerPorts, 'onAir'> {
  readonly timeline: Timeline;
  /** Keeps who holds across restarts; order is kept. */
  readonly saveHold: (hold: Hold | null) => void;
}

export interface Automation extends Pick<Taker, 'lastAct' | 'problem'> {
  /**
   * Begins at the present: nothing is put on air that is on record as done. A start missed while the
   * server was down is joined in progress. `fact` is what is on record about the present stretch.
   */
  start(hold: Hold | null, fact: AsRunFact | null): void;
  /** The time or the plan moved: acts if what the grid wants changed. */
  evaluate(): void;
  hold(by: string, reason: string): void;
  /** Gives the air back and joins what should be on; resolves after the first try. */
  release(): Promise<void>;
  /** A version published now covers the present where nothing was planned: leave the air as it is. */
  adopt(segment: Segment): void;
  held(): Hold | null;
  /** How late the present stretch went on air, ms; null when the grid did not put it there. */
  late(segment: Segment | null): number | null;
  close(): void;
}

/** Settled stretches remembered: a clock that jumps back must not take them again. */
const maxSettled = 300;
/** Actors that are no person: their changes are not a takeover. */
const automata: ReadonlySet<string> = new Set([gridActor, 'supervisor', 'air']);

/** Makes the automation; it does nothing before `start`. */
export function createAutomation(ports: AutomationPorts): Automation {
  const { clock, timeline, switcher, audit } = ports;
  /** Stretches dealt with, by key, and how late each went on (null: not by the grid). */
  const settled = new Map<string, number | null>();
  /** What the grid wants at present, by key; null nothing; undefined before `start`. */
  let wish: string | null | undefined;
  let held: Hold | null = null;
  let closed = false;

  const taker = createTaker({
    ...ports,
    onAir: (segment, lateMs) => settle(segmentKey(segment), lateMs),
  });

  function settle(key: string, late: number | null): void {
    settled.delete(key);
    settled.set(key, late);
    const oldest = settled.keys().next().value;
    if (settled.size > maxSettled && oldest !== undefined) settled.delete(oldest);
  }

  function setHold(next: Hold | null): void {
    held = next;
    ports.saveHold(next);
  }

  function present(): { segment: Segment | null; key: string | null } {
    const { now: segment } = timeline.at(clock.now());
    return { segment, key: segment ? segmentKey(segment) : null };
  }

  function evaluate(): void {
    if (closed || wish === undefined) return;
    const { segment, key } = present();
    if (key !== wish) {
      taker.drop('missed', gridActor);
      wish = key;
      if (segment && key !== null && !settled.has(key)) {
        begin(segment, key, segment.resumed ? 'join' : 'start');
      }
    }
    ports.changed();
  }

  /** The grid has a new wish: a takeover ends with it, a hold does not. */
  function begin(segment: Segment, key: string, cause: 'start' | 'join'): void {
    if (held?.kind === 'takeover' && held.wish !== key) {
      audit.record({
        actor: gridActor,
        action: 'grid.resume',
        reason: `Llegó la hora de ${segment.occurrence.title}: la parrilla vuelve a decidir`,
        ok: true,
        detail: { after: held.by },
      });
      setHold(null);
    }
    if (held) taker.note(segment, 'held', held.by);
    else taker.owe(segment, cause);
  }

  /** A person moved the program while the grid decides: it yields until its own wish changes. */
  function programChanged(change: { scene: string; by: string }): void {
    if (closed || held || wish === undefined || automata.has(change.by)) return;
    const { segment, key } = present();
    if (segment?.occurrence.scene === change.scene) {
      void taker.attempt();
      return;
    }
    const reason = `Puso «${change.scene}» al aire`;
    setHold({ by: change.by, reason, since: clock.now(), kind: 'takeover', wish: key });
    audit.record({
      actor: change.by,
      action: 'grid.takeover',
      reason: `${reason}: la parrilla espera`,
      ok: true,
      detail: { scene: change.scene },
    });
    taker.drop('takeover', change.by);
    ports.changed();
  }

  const removals = [
    switcher.onProgramChange(programChanged),
    switcher.onConnected(() => {
      if (taker.owing()) void taker.attempt();
      else ports.changed();
    }),
  ];

  return {
    start(kept, fact) {
      held = kept;
      const { segment, key } = present();
      wish = key;
      if (segment && key !== null) {
        // A hold on record is no answer once it was released; anything else is: never done twice.
        const answered = fact !== null && !(fact.cause === 'held' && held === null);
        if (answered) settle(key, fact.lateMs);
        else if (held?.kind !== 'takeover' || held.wish !== key) begin(segment, key, 'join');
      }
      ports.changed();
    },
    evaluate,
    hold(by, reason) {
      const since = held?.kind === 'hold' ? held.since : clock.now();
      setHold({ by, reason, since, kind: 'hold', wish: null });
      taker.drop('held', by);
      ports.changed();
    },
    async release() {
      setHold(null);
      evaluate();
      const { segment, key } = present();
      if (segment && key !== null && !taker.owing()) {
        const there = switcher.program() === segment.occurrence.scene;
        if (!there || !settled.has(key)) taker.owe(segment, 'join');
      }
      await taker.attempt();
      ports.changed();
    },
    adopt(segment) {
      wish = segmentKey(segment);
      settle(wish, null);
      taker.note(segment, 'adopted', gridActor);
    },
    held: () => held,
    lastAct: () => taker.lastAct(),
    problem: () => taker.problem(),
    late: (segment) => (segment ? (settled.get(segmentKey(segment)) ?? null) : null),
    close() {
      closed = true;
      taker.close();
      for (const remove of removals) remove();
    },
  };
}
