// Publishers and players of a path over time, with a clock of our own.
import { beforeEach, describe, expect, it } from 'vitest';
import type { IngestSettings } from '../../server/air/ingest/guard.ts';
import { defaultLimits } from '../../server/air/ingest/limits.ts';
import { createPaths, type Paths, type Publisher } from '../../server/air/ingest/paths.ts';
import type { Clock } from '../../server/core/clock.ts';

const settings: IngestSettings = {
  rtmpPort: 1935,
  programKey: 'p',
  playKey: 'r',
  feeds: [{ id: 'a', key: 'k' }],
};
const frame = Buffer.from('270100000001', 'hex');

let now = 0;
let changes = 0;
let paths: Paths;
const clock: Clock = {
  now: () => now,
  mono: () => now,
  after: () => () => undefined,
  every: () => () => undefined,
};
beforeEach(() => {
  now = 0;
  changes = 0;
  paths = createPaths({
    clock,
    limits: defaultLimits,
    changed: () => {
      changes += 1;
    },
  });
});

function publisher(key = 'k'): Publisher & { ended: boolean; bytesAt: number } {
  return {
    remote: '192.0.2.1',
    key,
    ended: false,
    bytesAt: 0,
    lastBytesAt() {
      return this.bytesAt;
    },
    end() {
      this.ended = true;
    },
  };
}

function player(key = 'r') {
  return {
    key,
    held: 0,
    ended: '',
    backlog() {
      return this.held;
    },
    end() {
      this.ended = 'end';
    },
    destroy() {
      this.ended = 'destroy';
    },
  };
}

describe('a publication', () => {
  it('is reported with ages, and its end with its reason, at once', () => {
    now = 100;
    const it1 = publisher();
    const publishing = paths.publish('field/a', it1);
    expect(changes).toBe(1);
    now = 150;
    publishing.packet(9, 0, frame);
    now = 170;
    expect(paths.report()['field/a']).toMatchObject({
      session: 1,
      connectedMs: 70,
      lastPacketMs: 20,
      remote: '192.0.2.1',
      stream: { videoCodec: 'h264' },
      end: null,
    });
    publishing.closed();
    expect(it1.ended).toBe(true);
    now = 180;
    expect(paths.report()['field/a']).toMatchObject({
      session: null,
      stream: null,
      end: { n: 1, reason: 'closed', ageMs: 10 },
    });
    const before = changes;
    publishing.closed();
    expect(changes).toBe(before);
  });

  it('without a picture for ten seconds frees its path, even when bytes come', () => {
    const it1 = publisher();
    const publishing = paths.publish('field/a', it1);
    now = 5000;
    publishing.packet(9, 0, frame);
    now = 14_999;
    it1.bytesAt = now;
    paths.sweep();
    expect(it1.ended).toBe(false);
    now = 15_001;
    paths.sweep();
    expect(it1.ended).toBe(true);
    expect(paths.report()['field/a']?.end?.reason).toBe('idle');
    expect(paths.claim('field/a')).toBe(true);
  });

  it('that never sends anything is idle too', () => {
    const it1 = publisher();
    paths.publish('field/a', it1);
    now = 10_001;
    paths.sweep();
    expect(it1.ended).toBe(true);
  });

  it('gives way when silent, and not before', () => {
    const it1 = publisher();
    paths.publish('field/a', it1);
    now = 1999;
    expect(paths.claim('field/a')).toBe(false);
    expect(it1.ended).toBe(false);
    now = 2000;
    expect(paths.claim('field/a')).toBe(true);
    expect(it1.ended).toBe(true);
    expect(paths.claim('field/b')).toBe(true);
  });

  it('ends its players with it, so that each sees one timeline', () => {
    const watching = player();
    const gone = player();
    paths.play('field/a', watching);
    const left = paths.play('field/a', gone);
    left();
    paths.publish('field/a', publisher()).closed();
    expect([watching.ended, gone.ended]).toEqual(['end', '']);
  });
});

describe('a player that stops', () => {
  it('is closed at the second look over the limit, not at the first', () => {
    const it1 = player();
    paths.play('field/a', it1);
    it1.held = defaultLimits.playerBacklog + 1;
    paths.sweep();
    it1.held = 0;
    paths.sweep();
    it1.held = defaultLimits.playerBacklog + 1;
    paths.sweep();
    expect(it1.ended).toBe('');
    paths.sweep();
    expect(it1.ended).toBe('destroy');
  });
});

describe('a new order', () => {
  it('ends those it would not admit', () => {
    const it1 = publisher();
    const watching = player();
    paths.publish('field/a', it1);
    paths.play('field/a', watching);
    paths.revoke(settings);
    expect([it1.ended, watching.ended]).toEqual([false, '']);
    paths.revoke({ ...settings, feeds: [{ id: 'a', key: 'k2' }] });
    expect(it1.ended).toBe(true);
    expect(paths.report()['field/a']?.end?.reason).toBe('revoked');
    const other = player();
    paths.play('field/a', other);
    paths.revoke({ ...settings, playKey: 'r2' });
    expect(other.ended).toBe('destroy');
  });
  it('forgets paths it does not know', () => {
    paths.publish('field/a', publisher()).closed();
    paths.revoke({ ...settings, feeds: [] });
    expect(paths.report()).toEqual({});
  });
});
