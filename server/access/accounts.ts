// The accounts: one owner of who exists, with which roles and password hash, in memory and on disk.
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { role, type Role } from '../contract/roles.ts';
import { StudioError } from '../core/errors.ts';
import type { Database } from '../store/schema.ts';

/** One person; `passwordHash` is null until a password was set. */
export interface Account {
  readonly user: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly passwordHash: string | null;
  readonly createdAt: number;
}

export interface Accounts {
  get(user: string): Account | undefined;
  all(): Account[];
  /** Adds or replaces a person; durable. */
  put(account: Account): Promise<void>;
  remove(user: string): Promise<void>;
  /** Whether an administrator could sign in now. */
  hasAdmin(): boolean;
}

/** Loads the accounts; throws `internal` when a row cannot be understood. */
export async function loadAccounts(db: Kysely<Database>): Promise<Accounts> {
  const accounts = new Map<string, Account>();
  for (const row of await db.selectFrom('people').selectAll().execute()) {
    accounts.set(row.user, {
      user: row.user,
      name: row.name,
      roles: parseRoles(row.user, row.roles_json),
      passwordHash: row.password_hash,
      createdAt: row.created_at,
    });
  }
  return {
    get: (user) => accounts.get(user),
    all: () => [...accounts.values()],
    async put(account) {
      const values = {
        name: account.name,
        roles_json: JSON.stringify(account.roles),
        password_hash: account.passwordHash,
      };
      await db
        .insertInto('people')
        .values({ user: account.user, created_at: account.createdAt, ...values })
        .onConflict((c) => c.column('user').doUpdateSet(values))
        .execute();
      accounts.set(account.user, account);
    },
    async remove(user) {
      await db.deleteFrom('people').where('user', '=', user).execute();
      accounts.delete(user);
    },
    hasAdmin: () =>
      [...accounts.values()].some((a) => a.roles.includes('admin') && a.passwordHash !== null),
  };
}

function parseRoles(user: string, json: string): Role[] {
  try {
    return z.array(role).parse(JSON.parse(json));
  } catch (cause) {
    throw new StudioError(
      'internal',
      {
        es: `La cuenta «${user}» tiene roles que este programa no conoce.`,
        en: `The account «${user}» has roles this program does not know.`,
      },
      { cause },
    );
  }
}
