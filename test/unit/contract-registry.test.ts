// The registry keeps its own rules: names, summaries, closed failures, and inputs that refuse what they do not know.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { commands } from '../../server/contract/commands.ts';
import { failureCode, httpStatus } from '../../server/contract/failures.ts';

const entries = Object.entries(commands);

test.each(entries)(
  '%s is named <feature>.<verb>, said in a sentence, and describes itself',
  (name, spec) => {
    expect(name).toMatch(/^[a-z]+\.[a-z][A-Za-z]*$/);
    expect(spec.summary.length).toBeGreaterThan(10);
    expect(() => z.toJSONSchema(spec.input, { io: 'input' })).not.toThrow();
    expect(() => z.toJSONSchema(spec.output)).not.toThrow();
  },
);

test.each(entries)('%s refuses what is not an object', (_, spec) => {
  for (const input of [null, 7, 'x', [], true])
    expect(spec.input.safeParse(input).success).toBe(false);
});

test('the first set of commands is there', () => {
  expect(Object.keys(commands)).toEqual(
    expect.arrayContaining([
      'air.goLive',
      'air.stop',
      ...['create', 'update', 'remove', 'start', 'stop'].map((v) => `output.${v}`),
      ...['preview', 'take', 'cut', 'panic', 'mute', 'volume', 'item', 'text', 'caption'].map(
        (v) => `switcher.${v}`,
      ),
      'switcher.studioMode',
      'switcher.transition',
      ...['publish', 'override', 'hold', 'release'].map((v) => `grid.${v}`),
      ...['createUnit', 'removeUnit', 'rotateKey'].map((v) => `field.${v}`),
    ]),
  );
});

test('each failure code has a status of its own', () => {
  const statuses = failureCode.options.map((code) => httpStatus[code]);
  expect(new Set(statuses).size).toBe(statuses.length);
  for (const status of statuses) expect(status).toBeGreaterThanOrEqual(400);
});
