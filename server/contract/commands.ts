// The command registry: the one list that makes the socket handlers, the REST routes and the OpenAPI page.
import type { z } from 'zod';
import { airCommands } from './air.ts';
import { fieldCommands } from './field.ts';
import { gridCommands } from './grid.ts';
import { outputCommands } from './outputs.ts';
import { peopleCommands } from './people.ts';
import { libraryCommands } from './profiles.ts';
import { stationCommands } from './station.ts';
import { switcherCommands } from './switcher.ts';
import { uplinkCommands } from './uplink.ts';
import type { Role } from './roles.ts';

export const commands = {
  ...airCommands,
  ...outputCommands,
  ...switcherCommands,
  ...gridCommands,
  ...fieldCommands,
  ...peopleCommands,
  ...stationCommands,
  ...libraryCommands,
  ...uplinkCommands,
} as const;

export type CommandName = keyof typeof commands;
/** Input as a sender writes it (defaults may be left out). */
export type CommandInput<N extends CommandName> = z.input<(typeof commands)[N]['input']>;
/** Input as a handler receives it (defaults filled in). */
export type ParsedInput<N extends CommandName> = z.output<(typeof commands)[N]['input']>;
export type CommandOutput<N extends CommandName> = z.output<(typeof commands)[N]['output']>;

/** Who sends a command, and from where. */
export interface CommandContext {
  /** Login name. */
  readonly actor: string;
  readonly roles: readonly Role[];
  /** Host name the sender used to reach the server, for addresses given back to them. */
  readonly host: string;
}

export type Handler<N extends CommandName> = (
  input: ParsedInput<N>,
  context: CommandContext,
) => Promise<CommandOutput<N>>;

/** Handlers of some commands; control/door.ts merges all features' into a complete set. */
export type Handlers<N extends CommandName = CommandName> = { readonly [K in N]: Handler<K> };

/** Every command is answered within this, ms. */
export const commandDeadlineMs = 2000;
