// The one state: changes of a turn leave together, in order, as patches that rebuild it.
import * as fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import { expect, test } from 'vitest';
import type { StationState } from '../../server/contract/station.ts';
import { studioState } from '../../server/contract/state.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { createStateStore, toPatchOp, type StateStep } from '../../server/core/state-store.ts';

const station: StationState = {
  name: 'Prueba',
  shortName: 'P',
  city: 'Ibagué',
  zone: 'America/Bogota',
  locale: 'es-CO',
  colors: { brand: '#ffffff', onBrand: '#000000', slate: '#000000', onSlate: '#ffffff' },
  slateText: 'Ya regresamos',
  encoder: '720p30',
  clockOffsetMs: 0,
};

function make() {
  const turn: (() => void)[] = [];
  const store = createStateStore(initialState(station, 1935, 5), (fn) => void turn.push(fn));
  const steps: StateStep[] = [];
  const stop = store.subscribe((step) => steps.push(step));
  const endTurn = (): void => {
    for (const fn of turn.splice(0)) fn();
  };
  return { store, steps, stop, endTurn };
}

test('the first state satisfies the contract and claims nothing', () => {
  const state = initialState(station, 1935, 5);
  expect(studioState.parse(state)).toEqual(state);
  expect(state.air).toMatchObject({ connected: false, onAir: false, source: 'off' });
});

test('changes of one turn leave in one step; a change that changes nothing leaves none', () => {
  const { store, steps, endTurn } = make();
  store.change((d) => void (d.air.cpuPercent = 1));
  store.change((d) => void (d.air.memoryMb = 2));
  expect(steps).toEqual([]);
  expect(store.rev()).toBe(2);
  endTurn();
  expect(steps).toEqual([
    {
      prevRev: 1,
      rev: 2,
      ops: [
        { op: 'replace', path: '/air/cpuPercent', value: 1 },
        { op: 'replace', path: '/air/memoryMb', value: 2 },
      ],
    },
  ]);
  store.change((d) => void (d.air.cpuPercent = 1));
  endTurn();
  expect(steps).toHaveLength(1);
  expect(store.rev()).toBe(2);
});

test('flush publishes at once and the end of the turn adds nothing', () => {
  const { store, steps, endTurn } = make();
  store.change((d) => void (d.air.cpuPercent = 1));
  expect(store.flush()).toBe(2);
  expect(store.flush()).toBe(2);
  endTurn();
  expect(steps).toHaveLength(1);
});

test('a recipe that throws changes and publishes nothing', () => {
  const { store, steps, endTurn } = make();
  const before = store.get();
  expect(() =>
    store.change((d) => {
      d.air.cpuPercent = 9;
      throw new Error('half-way');
    }),
  ).toThrow('half-way');
  endTurn();
  expect(store.get()).toBe(before);
  expect(steps).toEqual([]);
});

test('who unsubscribed hears nothing more', () => {
  const { store, steps, stop } = make();
  stop();
  store.change((d) => void (d.air.cpuPercent = 1));
  store.flush();
  expect(steps).toEqual([]);
});

test('paths escape ~ and / as JSON pointers do', () => {
  expect(toPatchOp({ op: 'remove', path: ['a/b', '~c', 0] })).toEqual({
    op: 'remove',
    path: '/a~1b/~0c/0',
  });
});

test('applying every step to the first state gives the present one', () => {
  const key = fc.string({ minLength: 1, maxLength: 4 });
  const act = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), key, value: fc.string() }),
    fc.record({ kind: fc.constant('drop' as const), key }),
    fc.record({
      kind: fc.constant('list' as const),
      names: fc.array(fc.string(), { maxLength: 6 }),
    }),
    fc.record({ kind: fc.constant('splice' as const), at: fc.nat(6), count: fc.nat(3) }),
    fc.record({ kind: fc.constant('turn' as const) }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const { store, steps, endTurn } = make();
      const copy = structuredClone(store.get());
      for (const a of acts) {
        if (a.kind === 'turn') endTurn();
        else
          store.change((d) => {
            if (a.kind === 'set') {
              d.people[a.key] = { user: a.key, name: a.value, roles: [], online: 0 };
            } else if (a.kind === 'drop') delete d.people[a.key];
            else if (a.kind === 'list') {
              d.switcher.scenes = a.names.map((name) => ({ name, uuid: null, items: [] }));
            } else d.switcher.scenes.splice(a.at, a.count);
          });
      }
      store.flush();
      let rev = 1;
      for (const step of steps) {
        expect(step.prevRev).toBe(rev);
        expect(step.rev).toBe(rev + 1);
        rev = step.rev;
        const errors = applyPatch(copy, structuredClone(step.ops));
        expect(errors.filter((e) => e !== null)).toEqual([]);
      }
      expect(rev).toBe(store.rev());
      expect(copy).toEqual(store.get());
    }),
  );
});
