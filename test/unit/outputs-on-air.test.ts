// Since when the air is on, and on whose clock: what starts it, keeps it going and forgets it.
import { describe, expect, it } from 'vitest';
import { nextOffset } from '../../server/outputs/air-clock.ts';
import { feedingSince, nextOnAir } from '../../server/outputs/on-air.ts';
import { idleReport } from '../service/outputs-samples.ts';
import { now, told } from './outputs-report-samples.ts';

describe('nextOnAir', () => {
  const on = { onAir: true, live: true, now, fedSince: null, first: false };
  const nothing = { since: null, lastSeen: null };
  const hour = 3_600_000;
  it('starts at the first report on the air, whatever ran before it', () => {
    expect(nextOnAir(nothing, on)).toEqual({ since: now, lastSeen: now });
    expect(nextOnAir(nothing, { ...on, fedSince: now - hour }).since).toBe(now);
  });
  it('keeps counting over a short pause, and forgets after a long one', () => {
    const was = { since: now - 60_000, lastSeen: now - 3000 };
    const paused = nextOnAir(was, { ...on, onAir: false });
    expect(nextOnAir(paused, { ...on, now: now + 1000, fedSince: now }).since).toBe(now - 60_000);
    expect(nextOnAir(paused, { ...on, onAir: false, now: now + 20_000 })).toEqual(nothing);
  });
  it('forgets at once when ordered to stop', () => {
    const was = { since: 1, lastSeen: now };
    expect(nextOnAir(was, { ...on, onAir: false, live: false }).since).toBeNull();
  });
  it('keeps counting when air proves that it went on while control was away', () => {
    const stored = { since: now - hour, lastSeen: now - 600_000 };
    expect(nextOnAir(stored, { ...on, fedSince: now - 1_000_000 }).since).toBe(now - hour);
  });
  it('begins where air says, when it began anew while nobody heard it', () => {
    const stored = { since: now - hour, lastSeen: now - 600_000 };
    expect(nextOnAir(stored, { ...on, fedSince: now - 5000 }).since).toBe(now - 5000);
    expect(nextOnAir(stored, on).since).toBe(now);
    // A control that remembers nothing believes the air it finds.
    expect(nextOnAir(nothing, { ...on, fedSince: now - hour, first: true }).since).toBe(now - hour);
  });
});

describe('feedingSince', () => {
  const kinds = new Map([
    ['fb', 'rtmp'],
    ['am', 'icecast'],
  ] as const);
  const live = (liveSince: number) => ({ ...told, liveSince });
  it('is what air says of its own time on the air, whatever the source was', () => {
    const report = idleReport(now, { source: 'live', sourceSince: now - 5, liveSince: now - 900 });
    expect(feedingSince(report, true, kinds)).toBe(now - 900);
    expect(feedingSince({ ...report, liveSince: null }, true, kinds)).toBe(now - 5);
    expect(feedingSince({ ...report, liveSince: null, source: 'off' }, true, kinds)).toBeNull();
  });
  it('counts what is watched, not the radio that runs day and night', () => {
    const report = idleReport(now, { source: 'live', sourceSince: now - 9_000_000 });
    const radio = { am: live(now - 9_000_000) };
    expect(feedingSince({ ...report, outputs: radio }, false, kinds)).toBeNull();
    const both = { ...radio, fb: live(now - 700) };
    expect(feedingSince({ ...report, outputs: both }, false, kinds)).toBe(now - 700);
  });
});

describe('nextOffset', () => {
  it('takes a local clock as equal, whatever the delay of a report', () => {
    expect(nextOffset(null, now - 40, now)).toEqual({ ms: 0, above: 0 });
  });
  it('keeps the least measure and follows a clock that was set', () => {
    let offset = nextOffset(null, now, now + 60_000);
    expect(offset.ms).toBe(60_000);
    offset = nextOffset(offset, now, now + 61_500);
    expect(offset.ms).toBe(60_000);
    offset = nextOffset(offset, now, now + 59_000);
    expect(offset.ms).toBe(59_000);
    for (let i = 0; i < 3; i += 1) offset = nextOffset(offset, now, now + 90_000);
    expect(offset.ms).toBe(59_000);
    expect(nextOffset(offset, now, now + 90_000).ms).toBe(90_000);
  });
});
