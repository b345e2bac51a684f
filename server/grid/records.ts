// What the grid keeps in the database: versions, dated changes, as-run lines and who holds it.
import type { Kysely } from 'kysely';
import { z } from 'zod';
import {
  occurrence,
  override,
  scheduleDocument,
  type Override,
  type ScheduleDocument,
} from '../contract/grid.ts';
import type { AsRunTable, Database } from '../store/schema.ts';
import type { DatedChange } from './resolve.ts';

/** A published version. */
export interface GridVersion {
  readonly version: number;
  readonly document: ScheduleDocument;
  readonly author: string;
}

/** A dated change with who made it and why. */
export interface RecordedChange extends DatedChange {
  readonly reason: string;
  readonly by: string;
  readonly at: number;
}

/**
 * Why an as-run line was written: `start` on time, `join` in progress, `alreadyOn` the scene was there;
 * or not taken: `adopted` the grid came while it ran, `held`, `takeover` by a person, `missed`.
 */
export type AsRunCause =
  'start' | 'join' | 'alreadyOn' | 'adopted' | 'held' | 'takeover' | 'missed';

/** One as-run line to write. Times in epoch ms; `actual` and `lateMs` null when it never went on. */
export interface AsRunLine {
  readonly at: number;
  readonly occurrence: string;
  readonly title: string;
  readonly scene: string;
  readonly plannedStart: number;
  readonly actual: number | null;
  readonly lateMs: number | null;
  readonly cause: AsRunCause;
  readonly actor: string;
}

/** Who decides instead of the grid. */
const hold = z.object({
  by: z.string(),
  reason: z.string(),
  since: z.number(),
  kind: z.enum(['hold', 'takeover']),
  /** The wish (segmentKey) a takeover began in; it ends when the grid has another. */
  wish: z.string().nullable(),
});
export type Hold = z.infer<typeof hold>;

const pin = z.object({ occurrence, start: z.number(), end: z.number(), at: z.number() });

/** Small things kept across restarts, by key. */
const settings = { 'grid.hold': hold.nullable(), 'grid.pin': pin.nullable() } as const;
type SettingKey = keyof typeof settings;
type Setting<K extends SettingKey> = z.infer<(typeof settings)[K]>;

export interface GridRecords {
  /** The newest version; null when none was published or it no longer fits the contract. */
  latest(): Promise<GridVersion | null>;
  /** Adds a version and answers its number. */
  publish(document: ScheduleDocument, author: string, at: number): Promise<number>;
  /** Dated changes in force, in order of their making. */
  changes(): Promise<RecordedChange[]>;
  addChange(change: RecordedChange): Promise<void>;
  /** False when there was none in force. */
  removeChange(id: string, by: string, at: number): Promise<boolean>;
  addAsRun(line: AsRunLine): Promise<void>;
  /** The newest line of that planned start, written up to `now`. */
  asRunOf(occurrence: string, plannedStart: number, now: number): Promise<AsRunFact | null>;
  read<K extends SettingKey>(key: K): Promise<Setting<K>>;
  write<K extends SettingKey>(key: K, value: Setting<K>): Promise<void>;
}

/** What an as-run line says about a planned start. */
export interface AsRunFact {
  readonly cause: string;
  readonly lateMs: number | null;
}

/** The grid's records in the station's database. */
export function gridRecords(db: Kysely<Database>): GridRecords {
  return {
    async latest() {
      const row = await db
        .selectFrom('grid_versions')
        .selectAll()
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (!row) return null;
      const parsed = scheduleDocument.safeParse(json(row.document_json));
      if (!parsed.success) return null;
      return { version: row.version, document: parsed.data, author: row.author };
    },
    async publish(document, author, at) {
      return db.transaction().execute(async (trx) => {
        const last = await trx
          .selectFrom('grid_versions')
          .select((e) => e.fn.max('version').as('version'))
          .executeTakeFirst();
        const version = (last?.version ?? 0) + 1;
        await trx
          .insertInto('grid_versions')
          .values({
            version,
            document_json: JSON.stringify(document),
            effective_from: at,
            author,
            published_at: at,
          })
          .execute();
        return version;
      });
    },
    async changes() {
      const rows = await db
        .selectFrom('grid_overrides')
        .selectAll()
        .where('removed_at', 'is', null)
        .orderBy('at')
        .orderBy('id')
        .execute();
      return rows.flatMap((row) => {
        const parsed = override.safeParse(json(row.override_json));
        if (!parsed.success) return [];
        const change: Override = parsed.data;
        return [{ id: row.id, override: change, reason: row.reason, by: row.by, at: row.at }];
      });
    },
    async addChange(change) {
      await db
        .insertInto('grid_overrides')
        .values({
          id: change.id,
          override_json: JSON.stringify(change.override),
          reason: change.reason,
          by: change.by,
          at: change.at,
          removed_at: null,
          removed_by: null,
        })
        .execute();
    },
    async removeChange(id, by, at) {
      const result = await db
        .updateTable('grid_overrides')
        .set({ removed_at: at, removed_by: by })
        .where('id', '=', id)
        .where('removed_at', 'is', null)
        .executeTakeFirst();
      return Number(result.numUpdatedRows) > 0;
    },
    async addAsRun(line) {
      const row: Omit<AsRunTable, 'id'> = {
        at: line.at,
        occurrence: line.occurrence,
        title: line.title,
        scene: line.scene,
        planned_start: line.plannedStart,
        actual: line.actual,
        late_ms: line.lateMs,
        cause: line.cause,
        actor: line.actor,
      };
      await db.insertInto('as_run').values(row).execute();
    },
    async asRunOf(occurrenceId, plannedStart, now) {
      const row = await db
        .selectFrom('as_run')
        .select(['cause', 'late_ms'])
        .where('occurrence', '=', occurrenceId)
        .where('planned_start', '=', plannedStart)
        .where('at', '<=', now)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? { cause: row.cause, lateMs: row.late_ms } : null;
    },
    async read(key) {
      const row = await db
        .selectFrom('settings')
        .select('value_json')
        .where('key', '=', key)
        .executeTakeFirst();
      const parsed = settings[key].safeParse(row ? json(row.value_json) : null);
      return (parsed.success ? parsed.data : null) as Setting<typeof key>;
    },
    async write(key, value) {
      const value_json = JSON.stringify(value);
      await db
        .insertInto('settings')
        .values({ key, value_json })
        .onConflict((c) => c.column('key').doUpdateSet({ value_json }))
        .execute();
    },
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
