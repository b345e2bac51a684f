// Outputs of every kind: a backup address, and who yields first when the uplink does not suffice.
import type { Kysely } from 'kysely';

/** Adds columns to `outputs`; rows of the first release have no backup, priority 50 and are never shed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // SQLite adds one column per statement.
  await db.schema.alterTable('outputs').addColumn('backup_url_sealed', 'text').execute();
  await db.schema
    .alterTable('outputs')
    .addColumn('priority', 'integer', (c) => c.notNull().defaultTo(50))
    .execute();
  await db.schema
    .alterTable('outputs')
    .addColumn('may_shed', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
}
