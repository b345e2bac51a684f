// The destinations people configured: cached in memory with their secrets, sealed in the database.
import type { Kysely } from 'kysely';
import type { OutputKind, OutputSettings } from '../contract/outputs.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database, OutputsTable } from '../store/schema.ts';
import { storedSettings } from './destination-settings.ts';

/** One destination, secrets in clear: never leaves this room but in the order to air. */
export interface Destination {
  readonly id: string;
  readonly name: string;
  readonly profile: string;
  readonly kind: OutputKind;
  /** Empty when it could not be opened with the present key file, or when the kind sends nowhere. */
  readonly url: string;
  readonly key: string | null;
  /** True when the stored secrets belong to another key file: people must enter them again. */
  readonly unreadable: boolean;
  readonly withAir: boolean;
  readonly settings: OutputSettings | null;
  /** Tried in turn with `url` when that does not take the program. */
  readonly backupUrl: string | null;
  /** 1 is kept longest when the uplink does not suffice. */
  readonly priority: number;
  readonly mayShed: boolean;
  readonly ordered: 'start' | 'stop';
  readonly createdAt: number;
  readonly position: number;
}

export interface DestinationStore {
  /** All, in screen order. */
  list(): readonly Destination[];
  get(id: string): Destination | undefined;
  /** Inserts or replaces one; durable when resolved. */
  save(destination: Destination): Promise<void>;
  remove(id: string): Promise<void>;
  /**
   * Orders `ids` to start or stop and writes `settings` (key → value) in one transaction, so that
   * going live is whole or not at all.
   */
  order(
    ids: readonly string[],
    ordered: 'start' | 'stop',
    settings?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}

/** Reads all destinations; one whose secrets cannot be opened is kept, marked `unreadable`. */
export async function openDestinations(
  db: Kysely<Database>,
  box: SecretBox,
): Promise<DestinationStore> {
  const rows = await db.selectFrom('outputs').selectAll().execute();
  const all = new Map(rows.map((row) => [row.id, fromRow(row, box)]));

  return {
    list: () =>
      [...all.values()].toSorted((a, b) => a.position - b.position || a.createdAt - b.createdAt),
    get: (id) => all.get(id),
    async save(destination) {
      const row = toRow(destination, box);
      await db
        .insertInto('outputs')
        .values(row)
        .onConflict((c) => c.column('id').doUpdateSet(row))
        .execute();
      all.set(destination.id, destination);
    },
    async remove(id) {
      await db.deleteFrom('outputs').where('id', '=', id).execute();
      all.delete(id);
    },
    async order(ids, ordered, settings = {}) {
      await db.transaction().execute(async (trx) => {
        if (ids.length > 0) {
          await trx
            .updateTable('outputs')
            .set({ ordered })
            .where('id', 'in', [...ids])
            .execute();
        }
        for (const [key, value] of Object.entries(settings)) {
          const value_json = JSON.stringify(value);
          await trx
            .insertInto('settings')
            .values({ key, value_json })
            .onConflict((c) => c.column('key').doUpdateSet({ value_json }))
            .execute();
        }
      });
      for (const id of ids) {
        const destination = all.get(id);
        if (destination) all.set(id, { ...destination, ordered });
      }
    },
  };
}

const place = (id: string, what: 'url' | 'key' | 'backupUrl' | 'streamId'): string =>
  `output:${id}:${what}`;

function toRow(d: Destination, box: SecretBox): OutputsTable {
  return {
    id: d.id,
    name: d.name,
    profile: d.profile,
    kind: d.kind,
    url_sealed: box.seal(d.url, place(d.id, 'url')),
    key_sealed: d.key === null ? null : box.seal(d.key, place(d.id, 'key')),
    with_air: d.withAir ? 1 : 0,
    settings_json: d.settings ? JSON.stringify(sealedSettings(d.id, d.settings, box)) : null,
    ordered: d.ordered,
    created_at: d.createdAt,
    position: d.position,
    backup_url_sealed:
      d.backupUrl === null ? null : box.seal(d.backupUrl, place(d.id, 'backupUrl')),
    priority: d.priority,
    may_shed: d.mayShed ? 1 : 0,
  };
}

type Secrets = Pick<Destination, 'url' | 'key' | 'settings' | 'backupUrl' | 'unreadable'>;

function fromRow(row: OutputsTable, box: SecretBox): Destination {
  const stored: unknown = row.settings_json ? JSON.parse(row.settings_json) : null;
  let secrets: Secrets;
  try {
    const open = (sealed: string | null, what: Parameters<typeof place>[1]) =>
      sealed === null ? null : box.open(sealed, place(row.id, what));
    secrets = {
      url: box.open(row.url_sealed, place(row.id, 'url')),
      key: open(row.key_sealed, 'key'),
      settings: storedSettings(row.kind, openedSettings(row.id, stored, box)),
      backupUrl: open(row.backup_url_sealed, 'backupUrl'),
      unreadable: false,
    };
  } catch {
    const settings = storedSettings(row.kind, withoutStreamId(stored));
    secrets = { url: '', key: null, settings, backupUrl: null, unreadable: true };
  }
  return {
    id: row.id,
    name: row.name,
    profile: row.profile,
    kind: row.kind,
    ...secrets,
    withAir: row.with_air === 1,
    priority: row.priority,
    mayShed: row.may_shed === 1,
    ordered: row.ordered,
    createdAt: row.created_at,
    position: row.position,
  };
}

// An SRT stream id names the stream, and with many receivers also who sends it and their password.
function sealedSettings(id: string, settings: OutputSettings, box: SecretBox): OutputSettings {
  const { streamId } = settings;
  return typeof streamId === 'string'
    ? { ...settings, streamId: box.seal(streamId, place(id, 'streamId')) }
    : settings;
}

function openedSettings(id: string, stored: unknown, box: SecretBox): unknown {
  const { streamId } = (stored ?? {}) as OutputSettings;
  return typeof streamId === 'string'
    ? { ...(stored as OutputSettings), streamId: box.open(streamId, place(id, 'streamId')) }
    : stored;
}

function withoutStreamId(stored: unknown): unknown {
  const { streamId: _streamId, ...rest } = (stored ?? {}) as OutputSettings;
  return rest;
}
