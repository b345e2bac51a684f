// Who caused a program change: cases as a table, and the laws that hold for any history.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adoptProgram,
  byObs,
  emptyTrack,
  expectProgram,
  isExpected,
  renameInTrack,
  reportProgram,
  withdraw,
  type Track,
} from '../../server/switcher/tracker.ts';

const onA: Track = adoptProgram(emptyTrack, 'A');
const asked = (scene: string, by: string, until = 100) => ({ scene, by, until });

describe('report', () => {
  it('the echo of a request is its sender’s', () => {
    const track = expectProgram(onA, asked('B', 'ana'));
    expect(reportProgram(track, 'B', 50).change).toEqual({ scene: 'B', by: 'ana' });
  });

  it('nobody asked: somebody used OBS itself', () => {
    expect(reportProgram(onA, 'B', 50).change).toEqual({ scene: 'B', by: byObs });
  });

  it('another scene than asked is not the sender’s, and their echo may still come', () => {
    const first = reportProgram(expectProgram(onA, asked('B', 'ana')), 'C', 50);
    expect(first.change).toEqual({ scene: 'C', by: byObs });
    expect(reportProgram(first.track, 'B', 60).change).toEqual({ scene: 'B', by: 'ana' });
  });

  it('an echo that comes too late is nobody’s', () => {
    const track = expectProgram(onA, asked('B', 'ana', 100));
    expect(reportProgram(track, 'B', 101).change?.by).toBe(byObs);
  });

  it('two requests reported in order keep their senders', () => {
    const both = expectProgram(expectProgram(onA, asked('B', 'ana')), asked('C', 'grid'));
    const first = reportProgram(both, 'B', 10);
    expect(first.change?.by).toBe('ana');
    expect(reportProgram(first.track, 'C', 20).change?.by).toBe('grid');
  });

  it('a later request reported first settles the older ones', () => {
    const both = expectProgram(expectProgram(onA, asked('B', 'ana')), asked('C', 'grid'));
    const first = reportProgram(both, 'C', 10);
    expect(first.change?.by).toBe('grid');
    // B afterwards is somebody's doing in OBS, not ana's old request.
    expect(reportProgram(first.track, 'B', 20).change?.by).toBe(byObs);
  });

  it('the scene already there is no change, and keeps its author', () => {
    const { track } = reportProgram(expectProgram(onA, asked('B', 'ana')), 'B', 10);
    const again = reportProgram(track, 'B', 20);
    expect(again.change).toBeNull();
    expect(again.track.by).toBe('ana');
  });

  it('a refused request explains nothing', () => {
    const request = asked('B', 'ana');
    const track = withdraw(expectProgram(onA, request), request);
    expect(isExpected(track, 'B', 50)).toBe(false);
    expect(reportProgram(track, 'B', 50).change?.by).toBe(byObs);
  });
});

describe('adoption and renaming', () => {
  it('blames nobody for what is found, and remembers who put it there', () => {
    const { track } = reportProgram(expectProgram(onA, asked('B', 'ana')), 'B', 10);
    expect(adoptProgram(track, 'B').by).toBe('ana');
    expect(adoptProgram(track, 'C').by).toBeNull();
    expect(adoptProgram(track, null).program).toBeNull();
  });

  it('a renamed scene is the same scene', () => {
    const track = renameInTrack(expectProgram(onA, asked('B', 'ana')), 'B', 'Z');
    expect(reportProgram(track, 'Z', 50).change).toEqual({ scene: 'Z', by: 'ana' });
    expect(reportProgram(renameInTrack(onA, 'A', 'Y'), 'Y', 50).change).toBeNull();
  });
});

const scene = fc.constantFrom('A', 'B', 'C', 'D');
const step = fc.oneof(
  fc.record({
    kind: fc.constant('ask' as const),
    scene,
    by: fc.constantFrom('ana', 'luis', 'grid'),
    lasts: fc.integer({ min: 0, max: 50 }),
  }),
  fc.record({ kind: fc.constant('report' as const), scene }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 60 }) }),
);

describe('any history', () => {
  it('names only senders whose request for that scene was alive, and never misses a change', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let track = onA;
        let now = 0;
        let present = 'A';
        let alive: { scene: string; by: string; until: number }[] = [];
        for (const s of steps) {
          if (s.kind === 'wait') now += s.ms;
          else if (s.kind === 'ask') {
            const request = { scene: s.scene, by: s.by, until: now + s.lasts };
            alive.push(request);
            track = expectProgram(track, request);
          } else {
            const { change, track: next } = reportProgram(track, s.scene, now);
            track = next;
            expect(change === null).toBe(s.scene === present);
            present = s.scene;
            expect(track.program).toBe(present);
            alive = alive.filter((r) => r.until >= now);
            if (change && change.by !== byObs) {
              expect(alive.some((r) => r.scene === s.scene && r.by === change.by)).toBe(true);
            }
            if (change && alive.every((r) => r.scene !== s.scene)) expect(change.by).toBe(byObs);
          }
        }
        expect(track.expected.length).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('requests answered in order and in time are never taken for somebody at OBS', () => {
    const request = fc.record({ scene, by: fc.constantFrom('ana', 'grid') });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
        let track = onA;
        let now = 0;
        for (const { scene: wanted, by } of requests) {
          const before = track.program;
          track = expectProgram(track, { scene: wanted, by, until: now + 100 });
          now += 40;
          const { change, track: next } = reportProgram(track, wanted, now);
          expect(change).toEqual(wanted === before ? null : { scene: wanted, by });
          track = next;
          now += 10;
        }
      }),
    );
  });
});
