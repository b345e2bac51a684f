// Handlers of people.* and audit.list.
import type { Handlers } from '../contract/commands.ts';
import type { Role } from '../contract/roles.ts';
import { StudioError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import { serialQueue } from '../core/serial-queue.ts';
import type { Account, Accounts } from './accounts.ts';
import type { AuditLog } from './audit-log.ts';
import type { Passwords } from './passwords.ts';
import { keepsAdmin } from './policy.ts';
import type { Sessions } from './sessions.ts';

/** The commands this room answers. */
export type PeopleHandlers = Handlers<
  'people.create' | 'people.update' | 'people.remove' | 'audit.list'
>;

/** Makes the handlers; `changed` is called after each change so that the state follows. */
export function peopleHandlers(ports: {
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly auditLog: Pick<AuditLog, 'list'>;
  readonly changed: () => void;
}): PeopleHandlers {
  const { accounts, sessions, passwords } = ports;
  // One at a time: two administrators demoting each other at once must not both succeed.
  const queue = serialQueue(50);
  const existing = (user: string): Account => {
    const account = accounts.get(user);
    if (!account) {
      throw new StudioError('notFound', {
        es: `No hay nadie con el usuario «${user}».`,
        en: `There is nobody with the user name «${user}».`,
      });
    }
    return account;
  };
  const keepAdmin = (user: string, roles: readonly Role[]): void => {
    if (keepsAdmin(accounts.all(), user, roles)) return;
    throw new StudioError('conflict', {
      es: 'Es la única persona que administra el estudio. Dé ese rol a otra antes de quitárselo.',
      en: 'This is the only administrator. Give somebody else that role first.',
    });
  };

  return {
    'people.create': (input) =>
      queue.run(async () => {
        if (accounts.get(input.user)) {
          throw new StudioError('conflict', {
            es: `Ya hay alguien con el usuario «${input.user}».`,
            en: `Somebody already has the user name «${input.user}».`,
          });
        }
        await accounts.put({
          user: input.user,
          name: input.name,
          roles: [...new Set(input.roles)],
          passwordHash: await passwords.hash(input.password),
          createdAt: ports.clock.now(),
        });
        ports.changed();
        return { user: input.user };
      }),

    'people.update': (input) =>
      queue.run(async () => {
        const old = existing(input.user);
        const roles = input.roles ? [...new Set(input.roles)] : old.roles;
        keepAdmin(input.user, roles);
        const passwordHash = input.password
          ? await passwords.hash(input.password)
          : old.passwordHash;
        await accounts.put({ ...old, name: input.name ?? old.name, roles, passwordHash });
        if (input.password || input.roles) await sessions.end(sessions.of(input.user));
        ports.changed();
        return {};
      }),

    'people.remove': (input) =>
      queue.run(async () => {
        existing(input.user);
        keepAdmin(input.user, []);
        await sessions.end(sessions.of(input.user));
        await accounts.remove(input.user);
        ports.changed();
        return {};
      }),

    'audit.list': async (input) => ({
      entries: await ports.auditLog.list(input.limit, input.before),
    }),
  };
}
