// People, roles and sessions as they appear on the wire.
import { z } from 'zod';
import { command } from './command.ts';
import { role } from './roles.ts';

/** Login name: lower case, 2–40 characters. */
export const userName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9._-]{1,39}$/,
    'letters, digits, dot, dash or underscore, 2 to 40 characters',
  );

/** Passwords: 10 to 200 characters; length beats composition rules (NIST SP 800-63B). */
export const password = z.string().min(10, 'at least 10 characters').max(200);

/** A person as everybody signed in may see them: never a hash, never a session. */
export const person = z.object({
  user: z.string(),
  name: z.string(),
  roles: z.array(role),
  online: z.number().int(),
});
export type Person = z.infer<typeof person>;

/** Body of `POST /api/v1/session`. */
export const signInInput = z.object({
  user: z.string().min(1).max(60),
  password: z.string().min(1).max(200),
});
/** Answer of `POST /api/v1/session`; the same token is set as a cookie. */
export const session = z.object({
  token: z.string(),
  user: z.string(),
  name: z.string(),
  roles: z.array(role),
});
export type Session = z.infer<typeof session>;
/** Body of `POST /api/v1/setup`: the one-time link's token and the first administrator's password. */
export const setupInput = z.object({ token: z.string().min(20).max(100), password });

/** One line of the audit log. Times in epoch ms. `actor` is a login name or `grid`, `supervisor`, `obs`… */
export const auditEntry = z.object({
  id: z.number().int(),
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  reason: z.string(),
  ok: z.boolean(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const peopleCommands = {
  'people.create': command({
    role: 'admin',
    summary: 'Add a person with a password and roles',
    input: z.strictObject({
      user: userName,
      name: z.string().trim().min(1).max(80),
      password,
      roles: z.array(role).min(1),
    }),
    output: z.object({ user: z.string() }),
  }),
  'people.update': command({
    role: 'admin',
    summary:
      "Change a person's name, roles or password; ends their sessions when roles or password change",
    input: z.strictObject({
      user: userName,
      name: z.string().trim().min(1).max(80).optional(),
      password: password.optional(),
      roles: z.array(role).min(1).optional(),
    }),
    output: z.object({}),
  }),
  'people.remove': command({
    role: 'admin',
    summary: 'Remove a person and end their sessions; the last administrator cannot be removed',
    input: z.strictObject({ user: userName }),
    output: z.object({}),
  }),
  'audit.list': command({
    role: 'viewer',
    summary: 'The newest lines of the audit log, optionally before an id',
    input: z.strictObject({
      before: z.number().int().positive().optional(),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    output: z.object({ entries: z.array(auditEntry) }),
  }),
} as const;
