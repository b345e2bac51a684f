// A grid on a clock the test moves, a switcher the test plays, and a real database in memory.
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { Override, ScheduleDocument } from '../../server/contract/grid.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import type { Act } from '../../server/core/audit.ts';
import type { Clock } from '../../server/core/clock.ts';
import { StudioError } from '../../server/core/errors.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog } from '../../server/core/log.ts';
import { createStateStore, type StateStore } from '../../server/core/state-store.ts';
import { createGrid, type Grid } from '../../server/grid/runner.ts';
import type { GridSwitcher } from '../../server/grid/taker.ts';
import { migrate } from '../../server/store/migrations.ts';
import type { AsRunTable, Database } from '../../server/store/schema.ts';
import { nodeSqliteDialect } from '../../server/store/sqlite-dialect.ts';
import { at, zone } from '../unit/grid-samples.ts';

/** Lets everything that waits for nothing but promises happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 12; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

export interface TestClock extends Clock {
  /** Moves time on, running each timer at its moment. */
  advanceTo(instant: number): Promise<void>;
  /** The wall clock jumps (NTP, somebody set it) while no time passes. */
  jump(ms: number): void;
  timers(): number;
  /** Drops every timer, as the end of a process does. */
  forget(): void;
}

/** A clock that stands still until moved. */
export function testClock(start: number): TestClock {
  let mono = 0;
  let wall = start;
  let order = 0;
  const timers = new Map<number, { at: number; fn: () => void; every: number | null }>();
  const add = (ms: number, fn: () => void, every: number | null) => {
    order += 1;
    const id = order;
    timers.set(id, { at: mono + ms, fn, every });
    return () => void timers.delete(id);
  };
  return {
    now: () => wall,
    mono: () => mono,
    after: (ms, fn) => add(ms, fn, null),
    every: (ms, fn) => add(ms, fn, ms),
    timers: () => timers.size,
    forget: () => timers.clear(),
    jump(ms) {
      wall += ms;
    },
    async advanceTo(instant) {
      const end = mono + (instant - wall);
      for (;;) {
        const due = [...timers].toSorted((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
        if (!due || due[1].at > end) break;
        const [id, timer] = due;
        wall += Math.max(0, timer.at - mono);
        mono = Math.max(mono, timer.at);
        if (timer.every === null) timers.delete(id);
        else timer.at += timer.every;
        timer.fn();
        await settle();
      }
      wall += end - mono;
      mono = end;
      await settle();
    },
  };
}

export interface TestSwitcher extends GridSwitcher {
  takes: { scene: string; at: number; reason: string }[];
  /** OBS goes away or comes back with this program. */
  connect(program: string): void;
  disconnect(): void;
  /** A person puts a scene on air. */
  person(scene: string, by?: string): void;
  setScenes(scenes: string[]): void;
  /** Takes fail with these words until told null. */
  refuse(words: { es: string; en: string } | null): void;
  /** Drops every listener, as the end of a process does. */
  forget(): void;
  /** Takes wait until the answer is called. */
  hang(): () => void;
}

export function testSwitcher(clock: Clock, program = 'Ya regresamos'): TestSwitcher {
  let scenes: string[] | null = ['Ya regresamos', 'Estudio', 'Entrevista', 'Campo'];
  let known: string[] = scenes;
  let on: string | null = program;
  let refusal: { es: string; en: string } | null = null;
  let gate: Promise<void> | null = null;
  const changes = new Set<(c: { scene: string; by: string }) => void>();
  const connections = new Set<() => void>();
  const put = (scene: string, by: string): void => {
    if (on === scene) return;
    on = scene;
    for (const listener of changes) listener({ scene, by });
  };
  const takes: TestSwitcher['takes'] = [];
  return {
    takes,
    scenes: () => scenes,
    program: () => on,
    async take(scene, by) {
      takes.push({ scene, at: clock.now(), reason: by.reason });
      if (gate) await gate;
      if (refusal) throw new StudioError('unavailable', refusal);
      put(scene, by.actor);
    },
    onProgramChange(listener) {
      changes.add(listener);
      return () => void changes.delete(listener);
    },
    onConnected(listener) {
      connections.add(listener);
      return () => void connections.delete(listener);
    },
    connect(next) {
      scenes = known;
      on = next;
      for (const listener of connections) listener();
    },
    disconnect() {
      scenes = null;
      on = null;
    },
    forget() {
      changes.clear();
      connections.clear();
    },
    person: (scene, by = 'ana') => put(scene, by),
    setScenes(next) {
      known = next;
      if (scenes) scenes = next;
    },
    refuse(words) {
      refusal = words;
    },
    hang() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise.finally(() => {
        gate = null;
      });
      return resolve;
    },
  };
}

export interface Bench {
  readonly clock: TestClock;
  readonly switcher: TestSwitcher;
  readonly db: Kysely<Database>;
  readonly acts: Act[];
  readonly state: () => StateStore;
  readonly grid: () => Grid;
  /** Starts a grid (again): the one before is left as a crash leaves it when `crash` is set. */
  boot(
    schedule: ScheduleDocument | null,
    options?: { crash?: boolean; off?: boolean },
  ): Promise<void>;
  publish(document: ScheduleDocument): Promise<number>;
  override(override: Override): Promise<string>;
  hold(): Promise<void>;
  release(): Promise<void>;
  asRun(): Promise<Pick<AsRunTable, 'occurrence' | 'cause' | 'late_ms' | 'scene'>[]>;
  close(): Promise<void>;
}

const person = { actor: 'ana', roles: ['admin' as const], host: 'localhost' };

/** Everything a grid needs, at a local time of 24 November 2026. */
export async function bench(time: string): Promise<Bench> {
  const clock = testClock(at(time));
  const switcher = testSwitcher(clock);
  const raw = new DatabaseSync(':memory:');
  const db = new Kysely<Database>({ dialect: nodeSqliteDialect(raw, () => undefined) });
  await migrate(db as Kysely<unknown>);
  const acts: Act[] = [];
  let grid: Grid | null = null;
  let store: StateStore | null = null;
  const current = (): Grid => {
    if (!grid) throw new Error('boot first');
    return grid;
  };
  return {
    clock,
    switcher,
    db,
    acts,
    state: () => {
      if (!store) throw new Error('boot first');
      return store;
    },
    grid: current,
    async boot(schedule, options = {}) {
      if (options.crash) {
        clock.forget();
        switcher.forget();
      } else await grid?.close();
      const station = {
        name: 'Prueba',
        shortName: 'PRUEBA',
        city: 'Ibagué',
        zone,
        locale: 'es-CO',
        colors: { brand: '#37506b', onBrand: '#ffffff', slate: '#1b2430', onSlate: '#ffffff' },
        slateText: 'Ya regresamos',
        encoder: '720p30',
        clockOffsetMs: 0,
      };
      store = createStateStore(initialState(station, 1935, clock.now()));
      grid = createGrid({
        store,
        db,
        clock,
        zone,
        schedule,
        off: options.off ? { es: 'Apagada.', en: 'Off.' } : null,
        switcher,
        audit: { record: (act) => void acts.push(act) },
        alarms: createAlarms(store, clock),
        log: silentLog,
      });
      await grid.start();
      await settle();
    },
    publish: async (document) =>
      (await current().handlers['grid.publish'](document, person)).version,
    override: async (override) =>
      (await current().handlers['grid.override']({ ...override, reason: 'prueba' }, person)).id,
    async hold() {
      await current().handlers['grid.hold']({}, person);
    },
    async release() {
      await current().handlers['grid.release']({}, person);
    },
    async asRun() {
      await settle();
      return db
        .selectFrom('as_run')
        .select(['occurrence', 'cause', 'late_ms', 'scene'])
        .orderBy('id')
        .execute();
    },
    async close() {
      await grid?.close();
      await db.destroy();
    },
  };
}
