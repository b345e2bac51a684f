// StudioState: the one picture of the studio every client shares, with an increasing revision.
import { z } from 'zod';
import { airState } from './air.ts';
import { fieldState } from './field.ts';
import { gridState } from './grid.ts';
import { output } from './outputs.ts';
import { person } from './people.ts';
import { alarm, partName, partState, stationState } from './station.ts';
import { switcherState } from './switcher.ts';
import { uplinkState } from './uplink.ts';

export const studioState = z.object({
  station: stationState,
  air: airState,
  outputs: z.record(z.string(), output),
  uplink: uplinkState,
  switcher: switcherState,
  grid: gridState,
  field: fieldState,
  /** Everybody with an account, by login name. */
  people: z.record(z.string(), person),
  parts: z.partialRecord(partName, partState),
  alarms: z.record(z.string(), alarm),
});
export type StudioState = z.infer<typeof studioState>;

/** One RFC 6902 operation; only these three are ever sent. */
export const patchOp = z.discriminatedUnion('op', [
  z.object({ op: z.literal('add'), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('replace'), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('remove'), path: z.string() }),
]);
export type PatchOp = z.infer<typeof patchOp>;

/** `now` is the server's clock (epoch ms) so that countdowns agree on every screen. */
export const snapshot = z.object({ rev: z.number().int(), state: studioState, now: z.number() });
export type Snapshot = z.infer<typeof snapshot>;

/** Applies to `prevRev` only; a client at another revision asks for a snapshot. */
export const statePatch = z.object({
  prevRev: z.number().int(),
  rev: z.number().int(),
  ops: z.array(patchOp),
  now: z.number(),
});
export type StatePatch = z.infer<typeof statePatch>;
