// The few small things that must outlive a restart: values by key in the settings table.
import type { Kysely } from 'kysely';
import type { Database } from '../store/schema.ts';

export interface Settings {
  /** The stored value, or undefined. */
  read(key: string): Promise<unknown>;
  /** Durable when resolved. */
  write(key: string, value: unknown): Promise<void>;
}

/** Settings on the station's database; keys are `<feature>.<name>`. */
export function createSettings(db: Kysely<Database>): Settings {
  return {
    async read(key) {
      const row = await db
        .selectFrom('settings')
        .select('value_json')
        .where('key', '=', key)
        .executeTakeFirst();
      return row ? JSON.parse(row.value_json) : undefined;
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
