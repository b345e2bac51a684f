// The page's patches: equal to a reference implementation, and sharing whatever did not change.
import * as fc from 'fast-check';
import { enablePatches, produceWithPatches } from 'immer';
import { applyPatch as reference, createPatch, type Operation } from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { applyPatch, PatchError, pointerSteps } from '../../control-ui/src/state/patch.ts';
import { share } from '../../control-ui/src/state/share.ts';
import type { PatchOp } from '../../server/contract/state.ts';
import { toPatchOp } from '../../server/core/state-store.ts';

enablePatches();

const key = fc.string({ maxLength: 6 }).filter((k) => k !== '__proto__');
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string({ maxLength: 4 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(key, tie('json'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const record = fc.dictionary(key, json, { maxKeys: 5, noNullPrototype: true });

/** rfc6902 may also move or copy; the server never does. */
const sendable = (ops: readonly Operation[]): ops is (Operation & PatchOp)[] =>
  ops.every(({ op }) => op === 'add' || op === 'replace' || op === 'remove');

describe('applyPatch', () => {
  it('agrees with rfc6902 on any change, and leaves its input alone', () => {
    fc.assert(
      fc.property(record, record, (before, after) => {
        const ops = createPatch(before, after);
        fc.pre(sendable(ops));
        const untouched = structuredClone(before);
        const copy = structuredClone(before);
        expect(reference(copy, ops).every((error) => error === null)).toBe(true);
        expect(applyPatch(before, ops)).toEqual(copy);
        expect(before).toEqual(untouched);
      }),
      { numRuns: 500 },
    );
  });

  it('follows what the server makes with immer, arrays cut and grown included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { maxLength: 6 }),
        fc.array(fc.integer(), { maxLength: 6 }),
        json,
        (list, nextList, value) => {
          const before: { list: number[]; deep: { 'a/b~c': unknown } } = {
            list,
            deep: { 'a/b~c': 0 },
          };
          const [after, patches] = produceWithPatches(before, (draft) => {
            draft.list.splice(0, draft.list.length, ...nextList);
            draft.deep['a/b~c'] = value;
          });
          expect(applyPatch(before, patches.map(toPatchOp))).toEqual(after);
        },
      ),
    );
  });

  it('keeps the identity of everything beside the path', () => {
    const state = { outputs: { fb: { rate: 1 }, yt: { rate: 2 } }, grid: { now: null } };
    const next = applyPatch(state, [{ op: 'replace', path: '/outputs/fb/rate', value: 3 }]);
    expect(next.outputs.fb).toEqual({ rate: 3 });
    expect(next.outputs.yt).toBe(state.outputs.yt);
    expect(next.grid).toBe(state.grid);
  });

  it.each([
    [{ op: 'replace', path: '/missing', value: 1 }],
    [{ op: 'remove', path: '/missing' }],
    [{ op: 'add', path: '/missing/deep', value: 1 }],
    [{ op: 'add', path: '/list/5', value: 1 }],
    [{ op: 'replace', path: '/list/-', value: 1 }],
    [{ op: 'replace', path: '/list/01', value: 1 }],
    [{ op: 'add', path: '/text/x', value: 1 }],
    [{ op: 'add', path: '/__proto__/polluted', value: 1 }],
    [{ op: 'add', path: 'no-slash', value: 1 }],
  ] as PatchOp[][])('refuses %j', (...ops) => {
    expect(() => applyPatch({ list: [1, 2], text: 'hola' }, ops)).toThrow(PatchError);
  });

  it('unescapes pointers in the right order', () => {
    expect(pointerSteps('/a~1b/~01')).toEqual(['a/b', '~1']);
    expect(pointerSteps('')).toEqual([]);
  });
});

describe('share', () => {
  it('gives a value equal to the new one', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(share(a, b)).toEqual(b);
      }),
    );
  });

  it('gives the old value itself when nothing changed', () => {
    fc.assert(
      fc.property(record, (a) => {
        expect(share(a, structuredClone(a))).toBe(a);
      }),
    );
  });

  it('keeps equal branches of a changed value', () => {
    const old = { a: { x: [1, 2] }, b: { y: 1 } };
    const next = share(old, { a: { x: [1, 2] }, b: { y: 2 } });
    expect(next.a).toBe(old.a);
    expect(next.b).not.toBe(old.b);
  });
});
