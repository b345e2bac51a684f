// Who may publish, play and connect.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admitPlay,
  admitPublish,
  connectionCounter,
  givesWay,
  isLoopback,
  keyMatches,
  remoteGroup,
  stillAdmitted,
  type IngestSettings,
} from '../../server/air/ingest/guard.ts';
import { defaultLimits } from '../../server/air/ingest/limits.ts';

const settings: IngestSettings = {
  rtmpPort: 1935,
  programKey: 'program-key',
  playKey: 'play-key',
  feeds: [
    { id: 'cam-1', key: 'cam-one-key' },
    { id: 'cam-2', key: 'cam-two-key' },
    { id: 'bad/id', key: 'whatever-key' },
    { id: 'keyless', key: '' },
  ],
};

describe('admission of publishers', () => {
  it.each([
    ['program', 'main', 'program-key', true],
    ['field', 'cam-1', 'cam-one-key', true],
    ['field', 'cam-1', 'cam-two-key', 'wrongKey'],
    ['field', 'cam-1', 'program-key', 'wrongKey'],
    ['field', 'cam-1', 'play-key', 'wrongKey'],
    ['field', 'cam-1', '', 'wrongKey'],
    ['field', 'cam-1', undefined, 'wrongKey'],
    ['field', 'cam-1', ['cam-one-key', 'x'], 'wrongKey'],
    ['field', 'keyless', '', 'wrongKey'],
    ['field', 'cam-3', 'cam-one-key', 'unknownPath'],
    ['field', 'bad/id', 'whatever-key', 'unknownPath'],
    ['program', 'other', 'program-key', 'unknownPath'],
    ['live', 'main', 'program-key', 'unknownPath'],
    ['constructor', 'main', 'program-key', 'unknownPath'],
    ['field', '__proto__', undefined, 'unknownPath'],
  ])('%s/%s with %j → %s', (app, name, key, expected) => {
    const admission = admitPublish(settings, { app, name, key });
    expect(admission.ok ? true : admission.reason).toBe(expected);
  });
});

describe('admission of players', () => {
  it('takes the play key alone, on known paths alone', () => {
    expect(admitPlay(settings, { app: 'field', name: 'cam-1', key: 'play-key' }).ok).toBe(true);
    expect(admitPlay(settings, { app: 'program', name: 'main', key: 'play-key' }).ok).toBe(true);
    for (const key of ['cam-one-key', 'program-key', '', undefined]) {
      expect(admitPlay(settings, { app: 'field', name: 'cam-1', key })).toEqual({
        ok: false,
        reason: 'wrongKey',
      });
    }
    expect(admitPlay(settings, { app: 'field', name: 'none', key: 'play-key' }).ok).toBe(false);
  });
});

describe('admissions after a new order', () => {
  const publisher = { path: 'field/cam-1', key: 'cam-one-key' };
  it('hold while path and key stay', () => {
    expect(stillAdmitted({ ...settings, rtmpPort: 1 }, 'publisher', publisher)).toBe(true);
    expect(stillAdmitted(settings, 'player', { path: 'field/cam-1', key: 'play-key' })).toBe(true);
  });
  it('end with the key or the path', () => {
    const rotated = { ...settings, feeds: [{ id: 'cam-1', key: 'new-key' }] };
    expect(stillAdmitted(rotated, 'publisher', publisher)).toBe(false);
    expect(stillAdmitted({ ...settings, feeds: [] }, 'publisher', publisher)).toBe(false);
    const player = { path: 'field/cam-1', key: 'play-key' };
    expect(stillAdmitted({ ...settings, playKey: 'other' }, 'player', player)).toBe(false);
    expect(stillAdmitted({ ...settings, feeds: [] }, 'player', player)).toBe(false);
  });
});

describe('keys', () => {
  it('match themselves and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (a, b) => {
        expect(keyMatches(a, a)).toBe(true);
        expect(keyMatches(a, b)).toBe(a === b);
        expect(keyMatches('', b)).toBe(false);
      }),
    );
  });
});

describe('a second publisher', () => {
  it('gets in only when the first is silent', () => {
    expect(givesWay(defaultLimits, 0)).toBe(false);
    expect(givesWay(defaultLimits, 1999)).toBe(false);
    expect(givesWay(defaultLimits, 2000)).toBe(true);
  });
});

describe('addresses', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s shares the limit of %s', (address, group) => {
    expect(remoteGroup(address)).toBe(group);
  });
  it('knows this machine', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
      expect(isLoopback(address)).toBe(true);
    }
    for (const address of ['192.0.2.1', '2001:db8::1', '::ffff:10.0.0.1', 'unknown']) {
      expect(isLoopback(address)).toBe(false);
    }
  });
});

describe('limits on connections', () => {
  const limits = { ...defaultLimits, perRemote: 2, total: 3, local: 1 };
  it('count each remote, all together, and this machine apart', () => {
    const counter = connectionCounter(limits);
    const first = counter.enter('192.0.2.1');
    expect(counter.enter('192.0.2.1')).not.toBeNull();
    expect(counter.enter('192.0.2.1')).toBeNull();
    expect(counter.enter('192.0.2.2')).not.toBeNull();
    expect(counter.enter('192.0.2.3')).toBeNull();
    const local = counter.enter('127.0.0.1');
    expect(local).not.toBeNull();
    expect(counter.enter('::1')).toBeNull();
    first?.();
    first?.();
    expect(counter.enter('192.0.2.3')).not.toBeNull();
    expect(counter.enter('192.0.2.4')).toBeNull();
    local?.();
    expect(counter.enter('127.0.0.1')).not.toBeNull();
  });
});
