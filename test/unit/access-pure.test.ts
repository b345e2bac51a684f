// Policy, counters and evidence: pure rules by literals.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditDetail } from '../../server/access/audit-detail.ts';
import { createAttempts } from '../../server/access/attempts.ts';
import { keepsAdmin, may } from '../../server/access/policy.ts';
import { role, type Role } from '../../server/contract/roles.ts';
import type { Clock } from '../../server/core/clock.ts';
import { StudioError } from '../../server/core/errors.ts';
import { tokenBuckets } from '../../server/web/token-bucket.ts';

test('who may: the whole table', () => {
  const table = role.options.map((held) => [
    held,
    role.options.filter((required) => may([held], required)),
  ]);
  expect(Object.fromEntries(table)).toEqual({
    admin: ['admin', 'operator', 'producer', 'field', 'viewer'],
    operator: ['operator', 'viewer'],
    producer: ['producer', 'viewer'],
    field: ['field'],
    viewer: ['viewer'],
  });
  expect(may([], 'viewer')).toBe(false);
  expect(may(['field', 'producer'], 'viewer')).toBe(true);
});

test('somebody with two roles may exactly what either may', () => {
  const roles = fc.constantFrom<Role>(...role.options);
  fc.assert(
    fc.property(roles, roles, roles, (a, b, required) => {
      expect(may([a, b], required)).toBe(may([a], required) || may([b], required));
    }),
  );
});

test('the last administrator stays one', () => {
  const ana = { user: 'ana', roles: ['admin'] as Role[] };
  const luz = { user: 'luz', roles: ['operator'] as Role[] };
  expect(keepsAdmin([ana, luz], 'ana', [])).toBe(false);
  expect(keepsAdmin([ana, luz], 'ana', ['operator'])).toBe(false);
  expect(keepsAdmin([ana, luz], 'ana', ['admin', 'viewer'])).toBe(true);
  expect(keepsAdmin([ana, luz], 'luz', [])).toBe(true);
  expect(keepsAdmin([ana, { ...luz, roles: ['admin'] }], 'ana', [])).toBe(true);
});

test('failed tries are limited per key within a window that ends', () => {
  let mono = 0;
  const clock: Clock = {
    now: () => 1_000_000 + mono,
    mono: () => mono,
    after: () => () => undefined,
    every: () => () => undefined,
  };
  const attempts = createAttempts(clock, 2, 60_000);
  attempts.failed('a');
  attempts.check('a');
  mono = 10_000;
  attempts.failed('a');
  const refusal = (): StudioError | null => {
    try {
      attempts.check('a');
      return null;
    } catch (error) {
      return error as StudioError;
    }
  };
  expect(refusal()).toMatchObject({ code: 'rateLimited', context: { retryAt: 1_060_000 } });
  attempts.check('b');
  mono = 60_000;
  expect(refusal()).toBeNull();
  attempts.failed('a');
  attempts.failed('a');
  attempts.succeeded('a');
  expect(refusal()).toBeNull();
});

test('a bucket gives its burst, then its rate, and says how long to wait', () => {
  let mono = 0;
  const buckets = tokenBuckets(() => mono, 10, 3);
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 100]);
  expect(buckets.take('b')).toBe(0);
  mono = 100;
  expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 100]);
  mono = 100_000;
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 100]);
});

test('evidence keeps what matters and nothing secret', () => {
  const detail = {
    input: {
      name: 'Facebook',
      url: 'rtmps://ana:hunter2@live-api.example:443/rtmp/FB-123-secret?s=1',
      key: 'FB-123-secret',
      streamKey: 'x',
      hasKey: true,
      nested: [{ password: 'p' }],
    },
    note: 'see rtmp://host/app/key-9 now',
  };
  expect(JSON.parse(auditDetail(detail))).toEqual({
    input: {
      name: 'Facebook',
      url: 'rtmps://live-api.example:443/•••',
      key: '•••',
      streamKey: '•••',
      hasKey: true,
      nested: [{ password: '•••' }],
    },
    note: 'see rtmp://host/••• now',
  });
});

test('whatever comes in, a line of evidence is bounded JSON', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything({ maxDepth: 8 })), (detail) => {
      // What a command carries came as JSON.
      const json = auditDetail(
        JSON.parse(
          JSON.stringify(detail, (_, v: unknown) => (typeof v === 'bigint' ? 0 : v)),
        ) as Record<string, unknown>,
      );
      expect(json.length).toBeLessThanOrEqual(8000);
      expect(() => JSON.parse(json) as unknown).not.toThrow();
    }),
  );
  const huge = { list: Array.from({ length: 5000 }, (_, i) => ({ i, text: 'x'.repeat(500) })) };
  expect(auditDetail(huge).length).toBeLessThanOrEqual(8000);
});
