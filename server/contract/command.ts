// The shape of one command of the registry.
import type { z } from 'zod';
import type { Role } from './roles.ts';

/** A command: who may send it, what it takes and what it answers. */
export interface CommandSpec<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** The least a sender needs; `admin` always may. */
  readonly role: Role;
  /** One English sentence for the OpenAPI page. */
  readonly summary: string;
  readonly input: I;
  readonly output: O;
}

/** Keeps the literal types of a command's schemas. */
export function command<I extends z.ZodType, O extends z.ZodType>(
  spec: CommandSpec<I, O>,
): CommandSpec<I, O> {
  return spec;
}
