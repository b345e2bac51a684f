// Opens the station's database: durable when acknowledged, migrated to this version, closed cleanly.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely } from 'kysely';
import { StudioError } from '../core/errors.ts';
import { fullDisk, inWords } from './disk-failure.ts';
import { createDiskReserve, type DiskReserve } from './disk-reserve.ts';
import { migrate } from './migrations.ts';
import type { Database } from './schema.ts';
import { nodeSqliteDialect } from './sqlite-dialect.ts';

/** The open database. */
export interface Store {
  /** Typed queries; a resolved write is on the disk. */
  readonly db: Kysely<Database>;
  /** Absolute path of the file. */
  readonly file: string;
  /** Names of the migrations this start applied. */
  readonly migrated: readonly string[];
  /**
   * Writes one row at once, without waiting: on the disk when it returns. While a transaction of `db`
   * is open it is written right after that one ends, so that a rollback never takes it along.
   */
  writeNow(sql: string, values: readonly SQLInputValue[]): void;
  /** Room on its disk for when that is full; nobody sets it aside unless told to. */
  readonly reserve: DiskReserve;
  /** Whether the database answers. */
  healthy(): boolean;
  close(): Promise<void>;
}

/** At most this many rows wait for the end of an open transaction. */
const maxHeld = 10_000;

/** Opens (or makes) `<dataDir>/studio.db` (mode 0600); throws `unavailable` in words when it cannot. */
export async function openStore(dataDir: string): Promise<Store> {
  const file = join(dataDir, 'studio.db');
  const reserve = createDiskReserve(dataDir);
  const raw = openWithRoom(dataDir, file, reserve);
  const disk = fullDisk(raw, reserve);
  const held: { sql: string; values: readonly SQLInputValue[] }[] = [];
  const write = (sql: string, values: readonly SQLInputValue[]): void => {
    inWords(disk, () => raw.prepare(sql).run(...values));
  };
  const release = (): void => {
    for (let row = held[0]; row && !raw.isTransaction; row = held[0]) {
      try {
        write(row.sql, row.values);
      } catch {
        // The transaction that just ended did not fail; the row is tried again after the next statement.
        return;
      }
      held.shift();
    }
  };
  const db = new Kysely<Database>({ dialect: nodeSqliteDialect(raw, release, reserve) });
  let migrated: string[];
  try {
    migrated = await migrate(db as Kysely<unknown>);
  } catch (error) {
    await db.destroy().catch(() => undefined);
    if (raw.isOpen) raw.close();
    throw error instanceof StudioError ? error : openError(file, error);
  }
  return {
    db,
    file,
    migrated,
    reserve,
    writeNow(sql, values) {
      if (!raw.isTransaction) {
        write(sql, values);
        return;
      }
      if (held.length >= maxHeld) throw openError(file, new Error('too many rows held'));
      held.push({ sql, values });
    },
    healthy() {
      try {
        return raw.isOpen && raw.prepare('select 1 as one').get()?.['one'] === 1;
      } catch {
        return false;
      }
    },
    async close() {
      if (!raw.isOpen) return;
      release();
      try {
        raw.exec('pragma wal_checkpoint(truncate)');
      } finally {
        await db.destroy();
        if (raw.isOpen) raw.close();
      }
    },
  };
}

/** Opening writes: on a full disk it takes the room that was set aside. */
function openWithRoom(dataDir: string, file: string, reserve: DiskReserve): DatabaseSync {
  try {
    return openRaw(dataDir, file);
  } catch (error) {
    if (!reserve.releaseIfTight()) throw error;
    return openRaw(dataDir, file);
  }
}

function openRaw(dataDir: string, file: string): DatabaseSync {
  let raw: DatabaseSync | undefined;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // Made here so that its mode is 0600; SQLite gives its log files the same one.
    closeSync(openSync(file, 'a', 0o600));
    raw = new DatabaseSync(file, { timeout: 1000, enableForeignKeyConstraints: true });
    raw.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;');
    const check = raw.prepare('pragma quick_check(1)').get();
    if (Object.values(check ?? {})[0] !== 'ok') {
      throw Object.assign(new Error('quick_check'), { errcode: 11 });
    }
    return raw;
  } catch (error) {
    if (raw?.isOpen) raw.close();
    throw openError(file, error);
  }
}

/** SQLite result codes that people can do something about. */
function openError(file: string, cause: unknown): StudioError {
  // The low byte is the primary code, the rest says more about it.
  const code = Number((cause as { errcode?: unknown }).errcode ?? 0) & 0xff;
  if (code === 11 || code === 26) {
    return new StudioError(
      'unavailable',
      {
        es: `La base de datos está dañada: ${file}. Apártela y restaure el último respaldo.`,
        en: `The database is damaged: ${file}. Move it aside and restore the latest backup.`,
      },
      { cause },
    );
  }
  if (code === 5 || code === 6) {
    return new StudioError(
      'unavailable',
      {
        es: `La base de datos está en uso por otro programa: ${file}. Ciérrelo y vuelva a iniciar.`,
        en: `The database is in use by another program: ${file}. Close it and start again.`,
      },
      { cause },
    );
  }
  return new StudioError(
    'unavailable',
    {
      es: `No se pudo abrir la base de datos: ${file}. Revise que la carpeta exista, tenga permiso de escritura y haya espacio en el disco.`,
      en: `The database could not be opened: ${file}. Check that its folder exists, can be written to and that the disk has room.`,
    },
    { cause },
  );
}
