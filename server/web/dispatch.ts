// The one path of a command, whichever edge it came from: known, allowed, valid, done in time, on record, answered once.
import {
  commandDeadlineMs,
  commands,
  type CommandContext,
  type CommandName,
  type Handlers,
} from '../contract/commands.ts';
import type { CommandAnswer } from '../contract/socket.ts';
import type { Principal } from '../access/access.ts';
import { may } from '../access/policy.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { invalidInput, StudioError, toFailure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { StateStore } from '../core/state-store.ts';
import { tokenBuckets } from './token-bucket.ts';

/** Commands that change nothing and tell no secret: they leave no line in the audit log. */
const queries: ReadonlySet<CommandName> = new Set<CommandName>([
  'library.list',
  'grid.week',
  'audit.list',
]);

/** Answered a little before the promise, so that the answer itself arrives in time, ms. */
const handlerDeadlineMs = commandDeadlineMs - 150;

export interface Sender {
  /** Session id; null when nobody is signed in. */
  readonly session: string | null;
  /** Host name the sender reached the server by. */
  readonly host: string;
}

export interface DispatchPorts {
  readonly handlers: Handlers;
  /** Person of a session that is still alive. */
  readonly resume: (session: string) => Principal | null;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
  readonly state: StateStore;
  /** Told of every answer: `code` is `ok` or the failure's. For metrics. */
  readonly onAnswer?: (name: CommandName, code: string, ms: number) => void;
}

/** Never rejects: whatever happens becomes the one answer. */
export type Dispatch = (sender: Sender, name: unknown, input: unknown) => Promise<CommandAnswer>;

/** Makes the path. A session may send 40 commands a second, 80 at once. */
export function createDispatch(ports: DispatchPorts): Dispatch {
  const { clock, log, state, audit } = ports;
  const rates = tokenBuckets(() => clock.mono(), 40, 80);

  function admit(sender: Sender, name: CommandName): Principal {
    const principal = sender.session === null ? null : ports.resume(sender.session);
    if (!principal) throw unauthenticated();
    const waitMs = rates.take(principal.session);
    if (waitMs > 0) throw tooMany(clock.now() + waitMs);
    if (!may(principal.roles, commands[name].role)) {
      record(principal, name, {}, forbidden());
      throw forbidden();
    }
    return principal;
  }

  function record(
    principal: Principal,
    name: CommandName,
    input: unknown,
    error: StudioError | null,
  ): void {
    if (queries.has(name)) return;
    const given = input as { reason?: unknown } | null;
    audit.record({
      actor: principal.user,
      action: name,
      reason: typeof given?.reason === 'string' ? given.reason : '',
      ok: error === null,
      detail: { input, ...(error ? { failure: error.code, message: error.words.es } : {}) },
    });
  }

  async function perform(principal: Principal, name: CommandName, input: unknown, host: string) {
    const spec = commands[name];
    const parsed = spec.input.safeParse(input);
    if (!parsed.success) throw invalidInput(parsed.error);
    const handle = ports.handlers[name] as unknown as (
      input: unknown,
      context: CommandContext,
    ) => Promise<unknown>;
    const context = { actor: principal.user, roles: principal.roles, host };
    const work = Promise.resolve().then(() => handle(parsed.data, context));
    const result = await withDeadline(clock, handlerDeadlineMs, lateWords, work);
    // Also strips whatever the contract does not name: nothing leaves by accident.
    return spec.output.parse(result);
  }

  return async (sender, name, input) => {
    const started = clock.mono();
    if (typeof name !== 'string' || !isCommand(name)) {
      return { ok: false, ...toFailure(unknownCommand()), rev: state.rev() };
    }
    const answered = (code: string): void => ports.onAnswer?.(name, code, clock.mono() - started);
    try {
      const principal = admit(sender, name);
      try {
        const output = await perform(principal, name, input, sender.host);
        // Screens first: the evidence is written to disk while the patch is on its way.
        const rev = state.flush();
        record(principal, name, input, null);
        answered('ok');
        return { ok: true, output, rev };
      } catch (error) {
        state.flush();
        record(principal, name, input, told(error));
        throw error;
      }
    } catch (error) {
      const failure = toFailure(error);
      if (failure.code === 'internal') log.error({ err: error, command: name }, 'command failed');
      answered(failure.code);
      return { ok: false, ...failure, rev: state.flush() };
    }
  };
}

/** Whether the registry has a command of this name. */
export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

/** The error as it may be told; a programming error says nothing of itself. */
function told(error: unknown): StudioError {
  if (error instanceof StudioError) return error;
  const failure = toFailure(error);
  return new StudioError('internal', { es: failure.message, en: failure.messageEn });
}

const lateWords = {
  es: 'El equipo no respondió a tiempo. Revise su estado antes de repetir.',
  en: 'The equipment did not answer in time. Look at its state before trying again.',
};

/** Nobody is signed in, or the session ended. */
export function unauthenticated(): StudioError {
  return new StudioError('unauthenticated', {
    es: 'Inicie sesión para continuar.',
    en: 'Sign in to continue.',
  });
}

function forbidden(): StudioError {
  return new StudioError('forbidden', {
    es: 'Su cuenta no tiene permiso para esto. Pídalo a quien administra el estudio.',
    en: 'Your account may not do this. Ask whoever administers the studio.',
  });
}

function unknownCommand(): StudioError {
  return new StudioError('notFound', {
    es: 'Esa orden no existe.',
    en: 'There is no such command.',
  });
}

/** More than a person can mean; `retryAt` in epoch ms. */
export function tooMany(retryAt: number): StudioError {
  return new StudioError(
    'rateLimited',
    {
      es: 'Demasiadas órdenes seguidas. Espere un momento.',
      en: 'Too many commands. Wait a moment.',
    },
    { context: { retryAt } },
  );
}
