// The grid service: follows the clock through the plan, shows it in the state and answers its commands.
import type { Kysely } from 'kysely';
import type { Handlers } from '../contract/commands.ts';
import type { Program, ScheduleDocument } from '../contract/grid.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import type { Alarms } from '../core/alarms.ts';
import { assignChanged } from '../core/assign-changed.ts';
import type { Audit } from '../core/audit.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { StudioError, type Words } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { serialQueue } from '../core/serial-queue.ts';
import type { StateStore } from '../core/state-store.ts';
import type { Database } from '../store/schema.ts';
import { createAutomation } from './automation.ts';
import { createPlanKeeper, fileAuthor, type GridWeek, type Published } from './plan-keeper.ts';
import { gridRecords } from './records.ts';
import { orphans } from './resolve.ts';
import { announceMs, gridPart, gridState, problemsAhead, sceneAlarm } from './status.ts';
import type { GridSwitcher } from './taker.ts';

export type GridCommand =
  | 'grid.publish'
  | 'grid.override'
  | 'grid.removeOverride'
  | 'grid.hold'
  | 'grid.release'
  | 'grid.week';

export interface GridPorts {
  readonly store: StateStore;
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  /** The station's IANA zone. */
  readonly zone: string;
  /** The station's schedule file; null when it has none that could be read. */
  readonly schedule: ScheduleDocument | null;
  /** Why the grid must not run (the zone is unknown); null normally. */
  readonly off: Words | null;
  readonly switcher: GridSwitcher;
  /** Told of automatic acts alone: a person's commands are recorded where they arrive. */
  readonly audit: Audit;
  readonly alarms: Alarms;
  readonly log: Log;
}

export interface Grid {
  readonly handlers: Handlers<GridCommand>;
  /** Loads what is published (publishing the file where it rules) and begins to follow the clock. */
  start(): Promise<void>;
  close(): Promise<void>;
  /** Occurrences that touch the local dates, both included, at most 62 days; throws `invalid`. */
  week(from: string, to: string): GridWeek;
  /** Programmes of the version in force. */
  programs(): readonly Program[];
}

/** Wall clocks jump and timers drift: the time is looked at this often at least, ms. */
const maxSleepMs = 30_000;
/** How long a released grid may take before its command is answered, ms. */
const releaseAnswerMs = 1500;

/** Makes the grid; nothing happens before `start()`. */
export function createGrid(ports: GridPorts): Grid {
  const { store, clock, zone, switcher, audit } = ports;
  const records = gridRecords(ports.db);
  const keeper = createPlanKeeper({ records, clock, zone });
  const { timeline } = keeper;
  /** Every write passes here, in order; a command's job also keeps others from changing the plan under it. */
  const writes = serialQueue(1000);
  const written = (): Promise<void> => writes.run(async () => undefined);
  const latch = createAlarmLatch(ports.alarms);
  let cancelTimer: Cancel | null = null;
  let running = false;

  /** Queues a write that nobody waits for; failing is logged, never silent. */
  const later = (job: () => Promise<void>): void => {
    writes.run(job).catch((error: unknown) => {
      ports.log.error({ err: error }, 'the grid could not write to the database');
    });
  };
  const automation = createAutomation({
    clock,
    zone,
    timeline,
    switcher,
    audit,
    alarms: ports.alarms,
    log: ports.log,
    addAsRun: (line) => later(() => records.addAsRun(line)),
    saveHold: (hold) => later(() => records.write('grid.hold', hold)),
    changed: show,
  });

  function tick(): void {
    if (!running) return;
    const now = clock.now();
    automation.evaluate();
    arm(now);
  }

  /**
   * Sleeps until the next moment after `now`, which was read *before* the last evaluation: a start that
   * came between the two is still ahead of it, and wakes us at once instead of being slept through.
   */
  function arm(now: number): void {
    cancelTimer?.();
    const { now: present, next } = timeline.at(now);
    const moments = [present?.end, next?.start, next ? next.start - announceMs : undefined];
    const waits = moments.flatMap((at) => (at !== undefined && at > now ? [at - now] : []));
    cancelTimer = clock.after(Math.max(1, Math.ceil(Math.min(maxSleepMs, ...waits))), tick);
  }

  function show(): void {
    if (!running) return;
    const now = clock.now();
    const { now: present, next } = timeline.at(now);
    const plan = keeper.plan();
    const view = {
      now,
      zone,
      version: keeper.version(),
      note: keeper.note(),
      present,
      next,
      late: automation.late(present),
      hold: automation.held(),
      lastAct: automation.lastAct(),
      scenes: switcher.scenes(),
      segments: timeline.segments(now),
      occurrences: timeline.occurrences(now),
      orphans: plan ? orphans(plan) : [],
    };
    const problems = problemsAhead(view);
    const state = gridState({ ...view, problems });
    store.change((draft) => assignChanged(draft.grid, state));
    latch.set('grid.scene', sceneAlarm(view));
    showPart(
      gridPart({
        version: view.version,
        slots: plan?.document.slots.length ?? 0,
        problems: problems.length,
        owed: automation.problem(),
        fileRefused: keeper.fileRefused(),
      }),
    );
  }

  function showPart(part: ReturnType<typeof gridPart>): void {
    const old = store.get().parts.grid;
    const since = old?.state === part.state ? old.since : clock.now();
    store.change((draft) => {
      if (draft.parts.grid) assignChanged(draft.parts.grid, { ...part, since });
      else draft.parts.grid = { ...part, since };
    });
  }

  /** Runs a change of the plan alone, then follows it at once. */
  async function changing<T>(job: () => Promise<T>): Promise<T> {
    refuseOff();
    const result = await writes.run(job);
    tick();
    return result;
  }

  function refuseOff(): void {
    if (ports.off) throw new StudioError('unavailable', ports.off);
  }

  function recordFile({ version }: Published): void {
    audit.record({
      actor: fileAuthor,
      action: 'grid.publish',
      reason: version === 1 ? 'Primera parrilla, del archivo' : 'El archivo de la parrilla cambió',
      ok: true,
      detail: { version },
    });
  }

  return {
    handlers: {
      'grid.publish': (input, { actor }) =>
        changing(async () => {
          const { version, adopt } = await keeper.publish(input, actor);
          if (adopt) automation.adopt(adopt);
          return { version };
        }),
      'grid.override': ({ reason, ...override }, { actor }) =>
        changing(async () => ({ id: await keeper.change(override, reason, actor) })),
      'grid.removeOverride': ({ id }, { actor }) =>
        changing(async () => {
          await keeper.takeBack(id, actor);
          return {};
        }),
      'grid.hold': async ({ reason }, { actor }) => {
        refuseOff();
        automation.hold(actor, reason ?? 'Sostenido a mano');
        await written();
        return {};
      },
      'grid.release': async () => {
        refuseOff();
        await writes.run(() => keeper.unpin());
        let cancel: Cancel | undefined;
        const enough = new Promise<void>((resolve) => {
          cancel = clock.after(releaseAnswerMs, resolve);
        });
        await Promise.race([automation.release(), enough]);
        cancel?.();
        tick();
        await written();
        return {};
      },
      'grid.week': async ({ from, to }) => {
        refuseOff();
        return keeper.week(from, to, switcher.scenes());
      },
    },
    async start() {
      if (ports.off) {
        showPart({ state: 'off', text: ports.off.es, textEn: ports.off.en });
        return;
      }
      const published = await keeper.load(ports.schedule);
      if (published) recordFile(published);
      const hold = await records.read('grid.hold');
      const now = clock.now();
      const present = timeline.at(now).now;
      const fact = present
        ? await records.asRunOf(present.occurrence.id, present.start, now)
        : null;
      running = true;
      if (published?.adopt) automation.adopt(published.adopt);
      automation.start(hold, published?.adopt ? { cause: 'adopted', lateMs: null } : fact);
      tick();
    },
    async close() {
      running = false;
      cancelTimer?.();
      automation.close();
      await written();
    },
    week: (from, to) => keeper.week(from, to, switcher.scenes()),
    programs: () => keeper.programs(),
  };
}
