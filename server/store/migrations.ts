// The ordered, forward-only list of migrations and the one call that applies those missing.
import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { StudioError } from '../core/errors.ts';
import * as first from './migrations/0001-first.ts';
import * as outputKinds from './migrations/0002-output-kinds.ts';

/** Every migration ever released, by name; applied in the order of their names, never edited. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0002-output-kinds': outputKinds,
};

/** Brings the database to the newest version; each migration whole or not at all. Throws `unavailable`. */
export async function migrate(
  // Migrations run before the tables of `Database` exist: the schema is unknown here.
  db: Kysely<unknown>,
  list: Readonly<Record<string, Migration>> = migrations,
): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...list }) } });
  const known = new Set(Object.keys(list));
  const applied = await appliedNames(db);
  const newer = applied.find((name) => !known.has(name));
  if (newer) {
    throw new StudioError('unavailable', {
      es: `La base de datos es de una versión más nueva del programa (${newer}). Use esa versión o restaure el respaldo anterior.`,
      en: `The database belongs to a newer version of the program (${newer}). Use that version or restore the earlier backup.`,
    });
  }
  const { error, results } = await migrator.migrateToLatest();
  if (error) {
    const failed = results?.find((r) => r.status === 'Error')?.migrationName ?? '?';
    throw new StudioError(
      'unavailable',
      {
        es: `No se pudo actualizar la base de datos (paso ${failed}). Los datos quedaron como estaban.`,
        en: `The database could not be brought up to date (step ${failed}). The data is as it was.`,
      },
      { cause: error },
    );
  }
  return (results ?? []).map((r) => r.migrationName);
}

async function appliedNames(db: Kysely<unknown>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((t) => t.name === 'kysely_migration')) return [];
  const rows = await (db as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return rows.map((r) => r.name);
}
