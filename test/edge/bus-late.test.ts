// A real encoder on the real ingest, behind a line that is too small for it: the bus says how late it delivers.
import { afterEach, expect, it } from 'vitest';
import { createBus } from '../../server/air/bus/bus.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { startThrottle } from '../kit/throttle.ts';
import { until } from '../kit/until.ts';
import { noSlate } from './bus-rig.ts';
import { keys, pushTest, startIngest, type Push } from './ingest-harness.ts';

const clock = systemClock();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

it('sees an encoder fall behind, catch up, stand still and begin anew', async () => {
  const t = await startIngest();
  const throttle = await startThrottle(t.port);
  const bus = createBus({
    clock,
    log: silentLog,
    random: Math.random,
    program: () => t.ingest.programFlv(),
    bypass: () => null,
    slate: noSlate,
  });
  const url = `rtmp://127.0.0.1:${throttle.port}/program/main?k=${keys.program}`;
  const push = (): Push => {
    const started = pushTest(url, '320x180');
    ends.push(() => started.kill());
    return started;
  };
  ends.push(
    () => t.close(),
    () => throttle.close(),
    () => bus.close(),
  );
  t.ingest.onChange(() => bus.poke());
  const late = (): number | null => bus.report().late.program;
  const punctual = (): boolean => (late() ?? Infinity) < 500;

  expect(late()).toBeNull();
  const first = push();
  await until('the program comes in time', punctual, 20_000);
  const start = { at: clock.mono(), passed: throttle.passed };
  await until('three seconds of it', () => clock.mono() - start.at > 3000);
  const rate = ((throttle.passed - start.passed) / (clock.mono() - start.at)) * 1000;

  // Half of what it needs: a second more behind in every two.
  throttle.limit(rate / 2);
  await until('it is two and a half seconds late', () => (late() ?? 0) > 2500, 60_000);
  throttle.limit(null);
  await until('it caught up', punctual, 20_000);

  // What it could not deliver meanwhile comes in a burst, as from an encoder that was not scheduled.
  first.process.kill('SIGSTOP');
  await until('nothing comes', () => late() === null, 20_000);
  first.process.kill('SIGCONT');
  await until('it comes in time again', punctual, 20_000);

  // The next session counts from zero again: its first picture is not as late as the last one was long.
  await first.kill();
  await until('it is gone', () => late() === null, 20_000);
  push();
  await until('the next one comes', () => late() !== null, 20_000);
  await until('in time', punctual, 20_000);
  expect(bus.report().late.bypass).toBeNull();
});
