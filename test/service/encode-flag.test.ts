// Always-encode switched while on the air: over on key frames, and sound in whatever order things happen.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  always,
  encodeBench,
  expectSound,
  marks,
  plain,
  type EncodeBench,
} from './encode-bench.ts';

describe('the flag while on the air', () => {
  it('goes over on key frames, in both directions, and says so', async () => {
    const { bus, below, all, got, said, pass } = encodeBench();
    bus.encode(plain);
    below.send(1);
    bus.run(true);
    await pass(2500);
    bus.encode(always);
    await pass(2500);
    expect(bus.report().slate).toBe('encoded');
    expect(said).toContain('always-encode: all that goes out is encoded anew');
    bus.encode(plain);
    await pass(1500);
    expect(bus.report().slate).toBe('captured');
    expect(all[0]?.ended).toBe('end');
    expect(said).toContain('always-encode is off: the program goes out as it comes');
    bus.encode(always);
    await pass(2500);
    expect(bus.report().slate).toBe('encoded');
    // No slate between: one after the other.
    expect(marks(got)).toEqual([1, 100, 1, 100]);
    expectSound(got, 200);
    bus.close();
  });

  it('changes nothing when it is taken back before its key frame', async () => {
    const { bus, below, all, got, pass } = encodeBench();
    bus.encode(plain);
    below.send(1);
    bus.run(true);
    await pass(1500);
    bus.encode(always);
    await pass(100);
    bus.encode(plain);
    await pass(3000);
    expect(all[0]?.ended).toBe('end');
    expect(marks(got)).toEqual([1]);
    expectSound(got, 60);
    bus.close();
  });

  it('keeps its promises whatever happens in whatever order', async () => {
    const step = fc.oneof(
      fc.constantFrom('on', 'off', 'die', 'hang', 'source', 'mute', 'stop', 'join'),
      fc.integer({ min: 20, max: 3000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { bus, below, all, got, clock, pass } = encodeBench();
        const joined: EncodeBench['got'][] = [got];
        let id = 1;
        bus.encode(plain);
        below.send(id);
        bus.run(true);
        for (const todo of steps) {
          if (typeof todo === 'number') await pass(todo);
          else if (todo === 'on') bus.encode(always);
          else if (todo === 'off') bus.encode(plain);
          else if (todo === 'die') all.at(-1)?.die();
          else if (todo === 'hang') all.at(-1)?.hang();
          else if (todo === 'mute') below.halt();
          else if (todo === 'source') below.send((id = (id % 40) + 1));
          else if (todo === 'stop') {
            bus.run(false);
            await pass(800);
            bus.run(true);
          } else {
            const more: EncodeBench['got'] = [];
            bus.tap.attach((tag) => more.push({ at: clock.mono(), tag }));
            joined.push(more);
          }
        }
        await pass(1000);
        for (const one of joined) expectSound(one, Infinity);
        bus.close();
        expect(all.every((e) => e.ended !== null || e.deafMs() >= 0)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
