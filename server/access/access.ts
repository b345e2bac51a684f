// The access room: signs people in and out, says who a token belongs to, and keeps state.people true.
import type { Session } from '../contract/people.ts';
import type { Role } from '../contract/roles.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import { newSecret } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { serialQueue, type SerialQueue } from '../core/serial-queue.ts';
import type { StateStore } from '../core/state-store.ts';
import type { Store } from '../store/database.ts';
import { loadAccounts } from './accounts.ts';
import { createAttempts } from './attempts.ts';
import type { AuditLog } from './audit-log.ts';
import { bootstrap } from './bootstrap.ts';
import { createPasswords } from './passwords.ts';
import { peopleHandlers, type PeopleHandlers } from './people-commands.ts';
import { createSessions, sessionId } from './sessions.ts';

/** Who is asking, as every edge learns it. `session` names the session without being able to open it. */
export interface Principal {
  readonly user: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly session: string;
}

export interface Access {
  /** The one way from a token to a person, for HTTP and sockets alike; null = sign in. */
  authenticate(token: string): Principal | null;
  /** The same for a session already authenticated: null from the moment it ended. */
  resume(session: string): Principal | null;
  /** `unauthenticated` when user or password is wrong, `rateLimited` after too many; `address` is the sender's. */
  signIn(user: string, password: string, address: string): Promise<Session>;
  signOut(session: string): Promise<void>;
  /** Uses the one-time link: sets the first administrator's password and signs in. `forbidden` when used. */
  setUp(token: string, password: string, address: string): Promise<Session>;
  /** Token for `/bienvenida?t=…`; null once an administrator has a password. */
  setupToken(): string | null;
  /** A screen of this person connected; call the result once when it goes. */
  arrive(user: string): () => void;
  /** Called with the id of each session that ends; returns its removal. */
  onSessionEnd(listener: (session: string) => void): () => void;
  /** Sessions alive now. */
  sessionCount(): number;
  readonly handlers: PeopleHandlers;
  close(): Promise<void>;
}

/** 256 random bits: nothing to guess, nothing to salt. */
const newToken = (): string => newSecret(32);

const wrong = {
  es: 'El usuario o la contraseña no es correcto.',
  en: 'The user name or the password is not right.',
};

/** Opens the room. `clock` is the real wall clock: a rehearsal at another time must not end sessions. */
export async function createAccess(ports: {
  readonly store: Pick<Store, 'db'>;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Audit & Pick<AuditLog, 'list'>;
  readonly adminPassword: string | undefined;
}): Promise<Access> {
  const { db } = ports.store;
  const { clock, audit } = ports;
  const passwords = await createPasswords(newToken);
  const accounts = await loadAccounts(db);
  const sessions = await createSessions({ db, clock, newToken });
  const boot = await bootstrap({ ...ports, db, accounts, passwords, newToken });
  const attempts = createAttempts(clock, 5, 5 * 60_000);
  // A whole office behind one address makes mistakes; a machine guessing names makes more.
  const byAddress = createAttempts(clock, 50, 5 * 60_000);
  // Tries of one person from one address wait for each other, so that the count is never overrun.
  const tries = new Map<string, SerialQueue>();
  const online = new Map<string, number>();

  const publish = (): void => {
    ports.state.change((draft) => {
      const gone = new Set(Object.keys(draft.people));
      for (const { user, name, roles } of accounts.all()) {
        gone.delete(user);
        const person = { user, name, roles: [...roles], online: online.get(user) ?? 0 };
        const old = draft.people[user];
        if (!old || JSON.stringify(old) !== JSON.stringify(person)) draft.people[user] = person;
      }
      for (const user of gone) delete draft.people[user];
    });
  };
  publish();

  const resume = (session: string): Principal | null => {
    const record = sessions.use(session);
    const account = record ? accounts.get(record.user) : undefined;
    if (!account) return null;
    return { user: account.user, name: account.name, roles: account.roles, session };
  };
  const open = async (user: string): Promise<Session> => {
    const account = accounts.get(user);
    if (!account) throw new StudioError('unauthenticated', wrong);
    const token = await sessions.create(user);
    return { token, user, name: account.name, roles: [...account.roles] };
  };

  const tryPassword = async (
    user: string,
    password: string,
    address: string,
    pair: string,
  ): Promise<Session> => {
    byAddress.check(address);
    attempts.check(pair);
    const stored = accounts.get(user)?.passwordHash ?? null;
    const matches = await passwords.verify(stored, password);
    // The password may have been changed while this one was being checked.
    const ok = matches && accounts.get(user)?.passwordHash === stored;
    const actor = accounts.get(user) ? user : 'unknown';
    audit.record({ actor, action: 'session.open', reason: '', ok, detail: { address } });
    if (!ok) {
      attempts.failed(pair);
      byAddress.failed(address);
      throw new StudioError('unauthenticated', wrong);
    }
    attempts.succeeded(pair);
    return open(user);
  };

  return {
    authenticate: (token) => (token.length > 200 ? null : resume(sessionId(token))),
    resume,
    async signIn(name, password, address) {
      const user = name.trim().toLowerCase();
      const pair = `${address} ${user}`;
      const queue = tries.get(pair) ?? serialQueue(300);
      tries.set(pair, queue);
      try {
        return await queue.run(() => tryPassword(user, password, address, pair));
      } finally {
        if (queue.size === 0) tries.delete(pair);
      }
    },
    async signOut(session) {
      const user = sessions.use(session)?.user;
      await sessions.end([session]);
      if (user) audit.record({ actor: user, action: 'session.close', reason: '', ok: true });
    },
    async setUp(token, password, address) {
      byAddress.check(address);
      const account = await boot.setUp(token, password).catch((error: unknown) => {
        byAddress.failed(address);
        throw error;
      });
      await sessions.end(sessions.of(account.user));
      publish();
      audit.record({
        actor: account.user,
        action: 'setup.firstAdmin',
        reason: 'one-time link',
        ok: true,
        detail: { address },
      });
      return open(account.user);
    },
    setupToken: () => boot.setupToken(),
    arrive(user) {
      const add = (n: number): void => {
        const count = (online.get(user) ?? 0) + n;
        if (count > 0) online.set(user, count);
        else online.delete(user);
        publish();
      };
      add(1);
      let here = true;
      return () => {
        if (here) add(-1);
        here = false;
      };
    },
    onSessionEnd: (listener) => sessions.onEnd(listener),
    sessionCount: () => sessions.count,
    handlers: peopleHandlers({
      clock,
      accounts,
      sessions,
      passwords,
      auditLog: audit,
      changed: publish,
    }),
    close: () => sessions.close(),
  };
}
