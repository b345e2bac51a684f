// What tests of the air service do over and over: begin, add destinations, let air and OBS come, expect a refusal.
import { expect } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { airBench, ana, type AirBench } from './air-service-bench.ts';

/** An air service whose air is there. */
export async function connectedAir(): Promise<AirBench> {
  const t = await airBench();
  t.link.connect();
  await t.clock.advance(10);
  return t;
}

/** Ends it with all it stands on. */
export async function closeAir(t: AirBench): Promise<void> {
  await t.air.close();
  await t.close();
}

/** Asks for a destination: Facebook, with the air, unless told otherwise. */
export const create = (t: AirBench, more: object) =>
  t.air.handlers['output.create'](
    { name: 'Facebook', profile: 'facebook', withAir: true, ...more },
    ana,
  );

/** Makes a destination that can be sent to; answers its id. */
export async function output(
  t: AirBench,
  name: string,
  withAir = true,
  profile = 'custom',
): Promise<string> {
  const url = profile === 'radio' ? 'icecast://h:8000/am' : 'rtmp://host/live';
  const made = await t.air.handlers['output.create'](
    { name, profile, withAir, url, key: `key-of-${name}` },
    ana,
  );
  return made.id;
}

/** Air and OBS are there, and air has reported once. */
export async function connected(t: AirBench): Promise<void> {
  t.link.connect();
  t.store.change((d) => {
    d.switcher.connection = 'connected';
  });
  await t.clock.advance(20);
  t.report();
}

/** What is on record, in order. */
export const actions = (t: AirBench): string[] => t.acts.map((a) => a.action);

/** How a command failed; fails itself when the command did not, or not in our words. */
export async function failure(work: Promise<unknown>): Promise<StudioError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StudioError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** The path of the first thing wrong with what a command was given. */
export async function issuePath(work: Promise<unknown>): Promise<string> {
  const error = await failure(work);
  expect(error.code).toBe('invalid');
  return (error.context as { issues: { path: string }[] }).issues[0]!.path;
}
