// Kysely's SQLite dialect over Node's own `node:sqlite`, and direct statements that respect its transactions.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Dialect,
  type SqliteDatabase,
} from 'kysely';
import { fullDisk, inWords } from './disk-failure.ts';
import type { DiskReserve } from './disk-reserve.ts';

/** SQLite rolls schema changes back like any other: migrations are whole or not at all. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

// Kysely passes what queries were built with; node:sqlite refuses what it cannot store.
const values = (parameters: ReadonlyArray<unknown>): SQLInputValue[] =>
  parameters as SQLInputValue[];

const noReserve = { release: () => false, releaseIfTight: () => false };

/** A dialect on an open database; `afterStatement` runs after each statement that does not return rows. */
export function nodeSqliteDialect(
  raw: DatabaseSync,
  afterStatement: () => void,
  reserve: Pick<DiskReserve, 'release' | 'releaseIfTight'> = noReserve,
): Dialect {
  const disk = fullDisk(raw, reserve);
  const database: SqliteDatabase = {
    close: () => raw.close(),
    prepare(sql) {
      const statement = raw.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        // Plain objects: node:sqlite's rows have no prototype.
        all: (parameters) =>
          inWords(disk, () => statement.all(...values(parameters)).map((row) => ({ ...row }))),
        run(parameters) {
          // A transaction that found the disk full is over, and cannot be tried again from here.
          if (sql === 'begin') reserve.releaseIfTight();
          // A full disk ends the transaction by itself: what failed is told, not that it is over.
          if (sql === 'rollback' && !raw.isTransaction) return { changes: 0, lastInsertRowid: 0 };
          const result = inWords(disk, () => statement.run(...values(parameters)));
          afterStatement();
          return result;
        },
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => new SqliteDriver({ database }),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
