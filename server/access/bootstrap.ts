// How the first administrator comes to be: a password from the environment, or a one-time link.
import type { Kysely } from 'kysely';
import { StudioError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Database } from '../store/schema.ts';
import type { Account, Accounts } from './accounts.ts';
import type { Passwords } from './passwords.ts';
import { sessionId } from './sessions.ts';

/** Login name of the first administrator. */
const firstAdmin = 'admin';

export interface Bootstrap {
  /** Token of the one-time link, renewed at each start; null once an administrator has a password. */
  setupToken(): string | null;
  /** Sets the first administrator's password; `forbidden` unless `token` is the unused one. Durable. */
  setUp(token: string, password: string): Promise<Account>;
}

/** Decides at start: sets `adminPassword` when nobody could sign in as administrator, else makes the link. */
export async function bootstrap(ports: {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly log: Log;
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly newToken: () => string;
  readonly adminPassword: string | undefined;
}): Promise<Bootstrap> {
  const { db, clock, accounts, passwords } = ports;
  let token: string | null = null;

  const setPassword = async (passwordHash: string): Promise<Account> => {
    const old = accounts.get(firstAdmin);
    const account: Account = {
      user: firstAdmin,
      name: old?.name ?? 'Administración',
      roles: old ? [...new Set([...old.roles, 'admin' as const])] : ['admin'],
      passwordHash,
      createdAt: old?.createdAt ?? clock.now(),
    };
    await accounts.put(account);
    return account;
  };

  // A link printed by an earlier start no longer opens anything.
  await db.deleteFrom('setup_tokens').where('used_at', 'is', null).execute();
  if (accounts.hasAdmin()) {
    if (ports.adminPassword) {
      ports.log.info({}, 'STUDIO_ADMIN_PASSWORD ignored: an administrator already has a password');
    }
  } else if (ports.adminPassword) {
    await setPassword(await passwords.hash(ports.adminPassword));
    ports.log.info({ user: firstAdmin }, 'first administrator set from STUDIO_ADMIN_PASSWORD');
  } else {
    token = ports.newToken();
    await db
      .insertInto('setup_tokens')
      .values({ token_hash: sessionId(token), created_at: clock.now(), used_at: null })
      .execute();
  }

  return {
    setupToken: () => token,
    async setUp(given, password) {
      const open = await db
        .selectFrom('setup_tokens')
        .select('token_hash')
        .where('token_hash', '=', sessionId(given))
        .where('used_at', 'is', null)
        .executeTakeFirst();
      if (!open || accounts.hasAdmin()) throw usedLink();
      const passwordHash = await passwords.hash(password);
      // Of two uses at once, the database lets exactly one through.
      const used = await db
        .updateTable('setup_tokens')
        .set({ used_at: clock.now() })
        .where('token_hash', '=', sessionId(given))
        .where('used_at', 'is', null)
        .executeTakeFirst();
      if (used.numUpdatedRows !== 1n) throw usedLink();
      const account = await setPassword(passwordHash);
      token = null;
      return account;
    },
  };
}

function usedLink(): StudioError {
  return new StudioError('forbidden', {
    es: 'Este enlace ya se usó o no es el último. Reinicie el servidor: si falta el administrador, mostrará uno nuevo.',
    en: 'This link was used or is not the latest. Restart the server: if the administrator is missing, it will print a new one.',
  });
}
