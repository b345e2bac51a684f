// What every other test waits by: the last look comes after the deadline, which a busy machine moves away.
import { beforeEach, expect, test } from 'vitest';
import { createUntil } from '../kit/until.ts';

let asked: number;
let slowness: () => Promise<number>;
let measured: number;
const until = createUntil(() => {
  measured += 1;
  return slowness();
});
beforeEach(() => {
  asked = 0;
  measured = 0;
  slowness = () => Promise.resolve(1);
});

/** Says yes at this look. */
const at = (look: number) => () => {
  asked += 1;
  return asked === look && 'yes';
};

test('gives what was seen, and asks nothing of the machine when it came in time', async () => {
  expect(await until('it', at(3), 1000, 1)).toBe('yes');
  expect(measured).toBe(0);
});

test('a pause of this very process is nobody’s fault: it looks once more', async () => {
  const late = () => {
    asked += 1;
    const end = performance.now() + 40;
    while (asked === 1 && performance.now() < end);
    return asked === 2 && 'yes';
  };
  expect(await until('it', late, 20, 1)).toBe('yes');
});

test('a busy machine is given as many times more, but not for ever', async () => {
  slowness = () => Promise.resolve(4);
  const began = performance.now();
  expect(await until('it', () => performance.now() - began > 60 && 'yes', 20, 1)).toBe('yes');
  slowness = () => Promise.resolve(1000 * (performance.now() - began));
  await expect(until('it', () => false, 20, 1)).rejects.toThrow(/not within \d+ ms: it/);
  expect(performance.now() - began).toBeLessThan(5000);
});

test('says what was seen last; where the machine cannot be measured the limit stays', async () => {
  slowness = () => Promise.reject(new Error('no ffmpeg'));
  const probe = () => {
    throw new Error('not yet');
  };
  await expect(until('the thing', probe, 5, 1)).rejects.toThrow('the thing (last: not yet)');
});
