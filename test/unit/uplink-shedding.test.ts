// Who yields when the uplink is too little: the rules by literals, and what must hold in any storm.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calmMemory,
  nextShed,
  settleMs,
  shortMs,
  type ShedAct,
  type ShedFacts,
  type ShedMemory,
  type ShedOutput,
} from '../../server/outputs/uplink/shedding.ts';

const out = (id: string, more: Partial<ShedOutput> = {}): ShedOutput => ({
  id,
  priority: 50,
  needKbps: 3300,
  mayShed: true,
  shed: false,
  live: true,
  video: true,
  ...more,
});
const fb = out('fb', { priority: 10, mayShed: false });
const yt = out('yt', { priority: 20 });
const web = out('web', { priority: 30 });
const am = out('am', { priority: 90, needKbps: 102, video: false });
const facts = (outputs: ShedOutput[], more: Partial<ShedFacts> = {}): ShedFacts => ({
  allowed: true,
  outputs,
  short: true,
  troubled: true,
  knownKbps: null,
  congestion: null,
  ...more,
});
const well = { short: false, troubled: false } as const;

/** The first act within `ms`, looking each half second, and when. */
function within(
  memory: ShedMemory,
  seen: ShedFacts,
  ms: number,
  from = 0,
): { act: ShedAct | null; at: number; memory: ShedMemory } {
  let now = memory;
  for (let at = from; at <= from + ms; at += 500) {
    const next = nextShed(now, seen, at);
    now = next.memory;
    if (next.act) return { act: next.act, at, memory: now };
  }
  return { act: null, at: from + ms, memory: now };
}

describe('stopping one', () => {
  it.each([
    ['the last of those allowed', [fb, yt, web], 'web'],
    [
      'priority before need',
      [fb, out('big', { needKbps: 9000 }), out('small', { priority: 60, needKbps: 500 })],
      'small',
    ],
    ['of equals the greater need', [fb, out('a', { needKbps: 4000 }), out('b')], 'a'],
    ['radio when it is last', [fb, am], 'am'],
    ['nobody when none is allowed', [fb, { ...yt, mayShed: false }], null],
    ['never the only one', [web], null],
    ['never the only one that is received', [{ ...fb, live: false }, web], null],
    ['never the last picture for the sake of sound', [{ ...am, mayShed: false }, web], null],
    ['not one that sends nothing now', [fb, yt, { ...web, live: false }], 'yt'],
    ['not one that was stopped already', [fb, yt, { ...web, shed: true }], 'yt'],
    ['not one without need', [fb, out('none', { needKbps: 0 })], null],
  ] as const)('%s', (_, outputs, id) => {
    const { act, at } = within(calmMemory, facts([...outputs]), 60_000);
    expect(act).toEqual(id === null ? null : { type: 'shed', id, why: 'short' });
    if (id !== null) expect(at).toBe(shortMs);
  });

  it('never without permission for the station, nor while nobody falls behind', () => {
    expect(within(calmMemory, facts([fb, yt], { allowed: false }), 600_000).act).toBeNull();
    expect(within(calmMemory, facts([fb, yt], well), 600_000).act).toBeNull();
    // One platform alone is slow: that is not the uplink.
    expect(within(calmMemory, facts([fb, yt], { short: false }), 600_000).act).toBeNull();
  });

  it('a moment without trouble begins the count anew', () => {
    let memory = within(calmMemory, facts([fb, yt]), shortMs - 1000).memory;
    memory = nextShed(memory, facts([fb, yt], well), shortMs - 500).memory;
    expect(within(memory, facts([fb, yt]), shortMs - 500, shortMs).act).toBeNull();
  });

  it('one at a time: the others get time to show whether it helped', () => {
    const first = within(calmMemory, facts([fb, yt, web]), 60_000);
    const second = within(first.memory, facts([fb, yt, { ...web, shed: true }]), 60_000, first.at);
    expect(second.act?.id).toBe('yt');
    expect(second.at - first.at).toBeGreaterThanOrEqual(settleMs);
    const third = within(
      second.memory,
      facts([fb, { ...yt, shed: true }, { ...web, shed: true }]),
      600_000,
      second.at,
    );
    expect(third.act).toBeNull();
  });
});

describe('coming back', () => {
  const gone = { ...web, shed: true };
  const shedOnce = within(calmMemory, facts([fb, yt, web]), 60_000);
  const back = (more: Partial<ShedFacts>, ms = 40 * 60_000) =>
    within(shedOnce.memory, facts([fb, yt, gone], { ...well, ...more }), ms, shedOnce.at);

  it('after a minute of calm when there is room for its need and a margin', () => {
    const { act, at } = back({ knownKbps: 12_000, congestion: { kbps: 11_000, ageMs: 60_000 } });
    expect(act).toEqual({ type: 'return', id: 'web', why: 'room' });
    expect(at - shedOnce.at).toBeGreaterThanOrEqual(60_000);
    expect(at - shedOnce.at).toBeLessThan(62_000);
  });
  it('not while anybody falls behind, for whatever reason', () => {
    expect(back({ troubled: true, knownKbps: 50_000 }).act).toBeNull();
  });
  it('not when what is declared leaves no room', () => {
    // 2 × 3300 + 1.1 × 3300 = 10 230.
    expect(back({ knownKbps: 10_200 }).act).toBeNull();
    expect(back({ knownKbps: 10_300 }).act?.why).toBe('room');
  });
  it('congestion seen long ago does not speak against a trial', () => {
    expect(back({ congestion: { kbps: 7000, ageMs: 290_000 } }).act).toBeNull();
    expect(back({ congestion: { kbps: 7000, ageMs: 310_000 } }).act?.why).toBe('trial');
  });
  it('the most important first', () => {
    const seen = facts([fb, { ...yt, shed: true }, gone], { ...well, knownKbps: 20_000 });
    expect(within(shedOnce.memory, seen, 120_000, shedOnce.at).act?.id).toBe('yt');
  });
  it('at once when it is no longer allowed, whatever else happens', () => {
    const seen = facts([fb, yt, gone], { allowed: false });
    expect(nextShed(shedOnce.memory, seen, shedOnce.at + 500).act).toEqual({
      type: 'return',
      id: 'web',
      why: 'forbidden',
    });
    const kept = facts([fb, yt, { ...gone, mayShed: false }]);
    expect(nextShed(shedOnce.memory, kept, shedOnce.at + 500).act?.why).toBe('forbidden');
  });
  it('at once when nothing else runs any more, and soon when nothing else is received', () => {
    expect(nextShed(shedOnce.memory, facts([gone], well), shedOnce.at + 500).act?.why).toBe(
      'alone',
    );
    // Radio alone is not what the picture was stopped for.
    expect(nextShed(shedOnce.memory, facts([am, gone], well), shedOnce.at + 500).act?.why).toBe(
      'alone',
    );
    const lost = facts([{ ...fb, live: false }, gone], well);
    const { act, at } = within(shedOnce.memory, lost, 60_000, shedOnce.at + 500);
    expect(act?.why).toBe('alone');
    expect(at - shedOnce.at).toBeGreaterThan(10_000);
  });

  it('a trial that fails ends itself: nobody else yields for it', () => {
    const seen = { ...well, congestion: { kbps: 7000, ageMs: 310_000 } };
    const tried = within(
      shedOnce.memory,
      facts([fb, { ...yt, shed: true }, web], seen),
      40 * 60_000,
      shedOnce.at,
    );
    expect(tried.act).toEqual({ type: 'return', id: 'yt', why: 'trial' });
    const failed = within(tried.memory, facts([fb, yt, web]), 60_000, tried.at);
    expect(failed.act?.id).toBe('yt');
    // Much later it is no longer the trial's fault.
    const late = within(tried.memory, facts([fb, yt, web]), 60_000, tried.at + 3 * 60_000);
    expect(late.act?.id).toBe('web');
  });

  it('waits twice as long each time it had to be stopped again', () => {
    let memory = shedOnce.memory;
    let at = shedOnce.at;
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const returned = within(memory, facts([fb, yt, gone], well), 4_000_000, at);
      expect(returned.act?.type).toBe('return');
      waits.push(Math.round((returned.at - at) / 60_000));
      const again = within(returned.memory, facts([fb, yt, web]), 60_000, returned.at);
      expect(again.act?.type).toBe('shed');
      ({ memory, at } = again);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
    // Well for long after coming back: the next time counts as the first.
    const good = within(memory, facts([fb, yt, gone], well), 4_000_000, at);
    const later = within(good.memory, facts([fb, yt, web]), 60_000, good.at + 11 * 60_000);
    const wait = within(later.memory, facts([fb, yt, gone], well), 4_000_000, later.at);
    expect(Math.round((wait.at - later.at) / 60_000)).toBe(1);
  });
});

/** A building with `capacityKbps`: everybody who runs falls behind while together they need more. */
function simulate(start: ShedOutput[], capacityKbps: number, allowed: boolean, seconds: number) {
  let outputs = start;
  let memory = calmMemory;
  let seenAt: number | null = null;
  const acts: { act: ShedAct; at: number }[] = [];
  for (let at = 0; at < seconds * 1000; at += 1000) {
    const running = outputs.filter((o) => !o.shed);
    const need = running.reduce((sum, o) => sum + o.needKbps, 0);
    const full = need > capacityKbps;
    if (full) seenAt = at;
    const next = nextShed(
      memory,
      facts(outputs, {
        allowed,
        short: full && running.length >= 2,
        troubled: full,
        congestion: seenAt === null ? null : { kbps: capacityKbps, ageMs: at - seenAt },
      }),
      at,
    );
    memory = next.memory;
    const { act } = next;
    if (!act) continue;
    acts.push({ act, at });
    outputs = outputs.map((o) => (o.id === act.id ? { ...o, shed: act.type === 'shed' } : o));
  }
  return { acts, outputs };
}

const building = fc.record({
  outputs: fc
    .array(
      fc.record({
        priority: fc.integer({ min: 1, max: 99 }),
        needKbps: fc.integer({ min: 100, max: 8000 }),
        mayShed: fc.boolean(),
        live: fc.constant(true),
        video: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((list) => list.map((o, i) => out(`o${i}`, o))),
  capacityKbps: fc.integer({ min: 50, max: 40_000 }),
});

describe('in any building', () => {
  it('nobody is ever stopped whom the operator did not allow, nor the last one', () => {
    fc.assert(
      fc.property(building, fc.boolean(), ({ outputs, capacityKbps }, allowed) => {
        const { acts } = simulate(outputs, capacityKbps, allowed, 1200);
        const stopped = new Set<string>();
        for (const { act } of acts) {
          if (act.type === 'return') stopped.delete(act.id);
          else {
            expect(allowed).toBe(true);
            expect(outputs.find((o) => o.id === act.id)?.mayShed).toBe(true);
            stopped.add(act.id);
            const left = outputs.filter((o) => !stopped.has(o.id));
            expect(left.length).toBeGreaterThan(0);
            if (outputs.some((o) => o.video)) expect(left.some((o) => o.video)).toBe(true);
          }
        }
      }),
    );
  });

  it('settles: within minutes it fits or nobody more may yield, and it does not flap', () => {
    fc.assert(
      fc.property(building, ({ outputs, capacityKbps }) => {
        const first = simulate(outputs, capacityKbps, true, outputs.length * 35);
        const running = first.outputs.filter((o) => !o.shed);
        const need = running.reduce((sum, o) => sum + o.needKbps, 0);
        if (need > capacityKbps && running.length >= 2) {
          const mayYield = running.filter(
            (o) => o.mayShed && running.some((r) => r.id !== o.id && (r.video || !o.video)),
          );
          expect(mayYield).toEqual([]);
        }
        const { acts } = simulate(outputs, capacityKbps, true, 2 * 3600);
        for (const { id } of outputs) {
          const mine = acts.filter((a) => a.act.id === id);
          expect(mine.length).toBeLessThanOrEqual(12);
        }
        for (const [i, { at }] of acts.entries()) {
          const before = acts[i - 1];
          if (before) expect(at - before.at).toBeGreaterThanOrEqual(settleMs);
        }
      }),
      { numRuns: 40 },
    );
  });
});
