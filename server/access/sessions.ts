// Signed-in sessions: random tokens kept only as hashes, in memory for speed and on disk for restarts.
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../store/schema.ts';

/** A session ends after this long without use, or this long after sign-in, ms. */
export const sessionIdleMs = 14 * 86_400_000;
export const sessionMaxMs = 30 * 86_400_000;
/** A person has at most this many; the least used one ends first. */
const maxPerPerson = 100;
const saveEveryMs = 60_000;

/** What is kept of one session; `id` is the token's SHA-256. */
export interface SessionRecord {
  readonly id: string;
  readonly user: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  seenAt: number;
}

export interface Sessions {
  /** Starts a session for `user` and returns its token, which is stored nowhere. Durable. */
  create(user: string): Promise<string>;
  /** The live session with this id, marked as used; null when there is none. */
  use(id: string): SessionRecord | null;
  /** Ends sessions at once, here and on disk, and tells the listeners. */
  end(ids: readonly string[]): Promise<void>;
  of(user: string): string[];
  readonly count: number;
  /** Called with the id of each session that ends, whatever the cause; returns its removal. */
  onEnd(listener: (id: string) => void): () => void;
  /** Writes the last uses to disk and stops the timers. */
  close(): Promise<void>;
}

/** SHA-256 of a token, hex: the only form in which tokens are compared or kept. */
export function sessionId(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Loads the sessions on disk and keeps them; `newToken` gives 256 random bits as text. */
export async function createSessions(ports: {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly newToken: () => string;
}): Promise<Sessions> {
  const { db, clock } = ports;
  const sessions = new Map<string, SessionRecord>();
  const listeners = new Set<(id: string) => void>();
  const unsaved = new Set<string>();
  for (const row of await db.selectFrom('sessions').selectAll().execute()) {
    sessions.set(row.token_hash, {
      id: row.token_hash,
      user: row.user,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      seenAt: row.seen_at,
    });
  }
  const expired = (s: SessionRecord): boolean =>
    clock.now() >= s.expiresAt || clock.now() - s.seenAt >= sessionIdleMs;
  const forget = (ids: readonly string[]): void => {
    for (const id of ids) {
      unsaved.delete(id);
      if (!sessions.delete(id)) continue;
      for (const listener of listeners) listener(id);
    }
  };
  const end = async (ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return;
    // Memory first: from this moment the token opens nothing.
    forget(ids);
    await db
      .deleteFrom('sessions')
      .where('token_hash', 'in', [...ids])
      .execute();
  };
  const save = async (): Promise<void> => {
    const ids = [...unsaved];
    unsaved.clear();
    for (const id of ids) {
      const s = sessions.get(id);
      if (!s) continue;
      await db
        .updateTable('sessions')
        .set({ seen_at: s.seenAt })
        .where('token_hash', '=', id)
        .execute();
    }
  };
  const sweep = async (): Promise<void> => {
    await end([...sessions.values()].filter(expired).map((s) => s.id));
    await save();
  };
  await sweep();
  let working: Promise<void> = Promise.resolve();
  const stop = clock.every(saveEveryMs, () => {
    // A full disk must not end the process; the next sweep tries again.
    working = working.then(sweep).catch(() => undefined);
  });

  return {
    async create(user) {
      const token = ports.newToken();
      const now = clock.now();
      const record = {
        id: sessionId(token),
        user,
        createdAt: now,
        seenAt: now,
        expiresAt: now + sessionMaxMs,
      };
      await db
        .insertInto('sessions')
        .values({
          token_hash: record.id,
          user,
          created_at: now,
          seen_at: now,
          expires_at: record.expiresAt,
        })
        .execute();
      sessions.set(record.id, record);
      const own = [...sessions.values()].filter((s) => s.user === user);
      const surplus = own.toSorted((a, b) => b.seenAt - a.seenAt).slice(maxPerPerson);
      await end(surplus.filter((s) => s.id !== record.id).map((s) => s.id));
      return token;
    },
    use(id) {
      const s = sessions.get(id);
      if (!s) return null;
      if (expired(s)) {
        forget([id]);
        return null;
      }
      s.seenAt = clock.now();
      unsaved.add(id);
      return s;
    },
    end,
    of: (user) => [...sessions.values()].filter((s) => s.user === user).map((s) => s.id),
    get count() {
      return sessions.size;
    },
    onEnd(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      stop();
      await working;
      await save();
    },
  };
}
