// Units and their feeds: cached in memory with their keys, sealed in the database.
import type { Kysely } from 'kysely';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../store/schema.ts';

/** One feed; `key` in clear, never outside the order to air and the credentials of a command. */
export interface StoredFeed {
  readonly id: string;
  readonly label: string;
  readonly key: string;
  readonly position: number;
}

export interface StoredUnit {
  readonly id: string;
  readonly name: string;
  readonly profile: string;
  readonly createdAt: number;
  readonly feeds: readonly StoredFeed[];
}

export interface UnitStore {
  /** All, oldest first. */
  list(): readonly StoredUnit[];
  get(id: string): StoredUnit | undefined;
  /** Durable when resolved; a unit with its feeds whole or not at all. */
  add(unit: StoredUnit): Promise<void>;
  remove(id: string): Promise<void>;
  setKey(unitId: string, feedId: string, key: string): Promise<void>;
}

const place = (feedId: string): string => `feed:${feedId}:key`;

/**
 * Reads all units. A feed whose key cannot be opened (another secret.key) gets a new one at once:
 * the crew's old key must be scanned again, but no unit is locked for ever.
 */
export async function openUnits(
  db: Kysely<Database>,
  box: SecretBox,
  newSecret: () => string,
): Promise<UnitStore> {
  const units = new Map<string, StoredUnit>();
  const feedRows = await db.selectFrom('feeds').selectAll().orderBy('position').execute();
  for (const row of await db.selectFrom('units').selectAll().orderBy('created_at').execute()) {
    const feeds: StoredFeed[] = [];
    for (const feed of feedRows) {
      if (feed.unit_id !== row.id) continue;
      const { id, label, position } = feed;
      feeds.push({ id, label, position, key: await openKey(id, feed.key_sealed) });
    }
    units.set(row.id, {
      id: row.id,
      name: row.name,
      profile: row.profile,
      createdAt: row.created_at,
      feeds,
    });
  }

  async function openKey(feedId: string, sealed: string): Promise<string> {
    try {
      return box.open(sealed, place(feedId));
    } catch {
      const key = newSecret();
      await writeKey(feedId, key);
      return key;
    }
  }

  async function writeKey(feedId: string, key: string): Promise<void> {
    await db
      .updateTable('feeds')
      .set({ key_sealed: box.seal(key, place(feedId)) })
      .where('id', '=', feedId)
      .execute();
  }

  return {
    list: () => [...units.values()],
    get: (id) => units.get(id),
    async add(unit) {
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('units')
          .values({
            id: unit.id,
            name: unit.name,
            profile: unit.profile,
            created_at: unit.createdAt,
          })
          .execute();
        for (const { id, label, key, position } of unit.feeds) {
          await trx
            .insertInto('feeds')
            .values({ id, unit_id: unit.id, label, position, key_sealed: box.seal(key, place(id)) })
            .execute();
        }
      });
      units.set(unit.id, unit);
    },
    async remove(id) {
      await db.transaction().execute(async (trx) => {
        await trx.deleteFrom('feeds').where('unit_id', '=', id).execute();
        await trx.deleteFrom('units').where('id', '=', id).execute();
      });
      units.delete(id);
    },
    async setKey(unitId, feedId, key) {
      await writeKey(feedId, key);
      const unit = units.get(unitId);
      if (!unit) return;
      const feeds = unit.feeds.map((f) => (f.id === feedId ? { ...f, key } : f));
      units.set(unitId, { ...unit, feeds });
    },
  };
}
