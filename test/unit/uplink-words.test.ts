// What people read about the uplink and about platforms that end a live video by themselves.
import { describe, expect, it } from 'vitest';
import { hoursAlarm } from '../../server/outputs/hours.ts';
import { readMeasured, readShed, readStored } from '../../server/outputs/uplink/memory.ts';
import {
  mbps,
  relief,
  shedAlarm,
  shedReason,
  shortAlarm,
} from '../../server/outputs/uplink/uplink-words.ts';
import { destinationProfiles } from '../service/outputs-samples.ts';

const facebook = { name: 'Facebook', needKbps: 3316, priority: 10 };
const youtube = { name: 'YouTube', needKbps: 3316, priority: 20 };
const phone = { name: 'Celular', needKbps: 2786, priority: 80 };
const record = { name: 'Grabación', needKbps: 0, priority: 99 };

describe('relief', () => {
  it.each([
    ['all fits', 12_000, []],
    ['the last goes', 7000, ['Celular']],
    ['two go', 4000, ['Celular', 'YouTube']],
    ['not even one fits', 3000, null],
  ])('%s', (_, usable, names) => {
    const gone = relief([record, facebook, phone, youtube], usable);
    expect(gone && gone.map((o) => o.name)).toEqual(names);
  });
});

describe('uplink-short', () => {
  const facts = {
    needKbps: 9418,
    usableKbps: 6400,
    reservePercent: 20,
    dropping: [] as string[],
    outputs: [facebook, youtube, phone],
    shedAllowed: false,
  };
  it('before the air: a warning with both figures and who would have to stay out', () => {
    const { severity, what, advice } = shortAlarm(facts);
    expect(severity).toBe('warning');
    expect(what.es).toBe(
      'La subida de internet no alcanza: las salidas necesitan 9,4 Mb/s y se puede contar con 6,4 Mb/s (guardando 20 %).',
    );
    expect(what.en).toContain('9.4 Mb/s');
    expect(advice.es).toContain('Basta con no emitir por «Celular» y «YouTube»;');
    expect(advice.es).toContain('permitir');
    expect(shortAlarm({ ...facts, shedAllowed: true }).advice.es).not.toContain('permitir');
  });
  it('while frames are being lost: critical, with whose', () => {
    const { severity, what, advice } = shortAlarm({ ...facts, dropping: ['Facebook', 'Celular'] });
    expect(severity).toBe('critical');
    expect(what.es).toContain('se pierden cuadros en «Facebook» y «Celular»');
    expect(advice.es).toContain('Detenga «Celular» y «YouTube»');
  });
  it('when not even one fits: another encoding or another line', () => {
    expect(shortAlarm({ ...facts, usableKbps: 1000 }).advice.es).toContain(
      'codificación más liviana',
    );
  });
});

describe('shedding', () => {
  it('is told as long as it lasts', () => {
    expect(shedAlarm([])).toBeNull();
    expect(shedAlarm(['Celular', 'YouTube'])?.what.es).toBe(
      'Detenidas para proteger a las demás, porque la subida no alcanza: «Celular» y «YouTube».',
    );
  });
  it('leaves its reason with the figures', () => {
    const figures = { name: 'Celular', needKbps: 2786, sendingKbps: 6210, dropping: ['YouTube'] };
    expect(shedReason({ type: 'shed', id: 'c', why: 'short' }, figures)).toBe(
      'La subida no alcanza: salen 6,2 Mb/s y se pierden cuadros en «YouTube». Se detiene «Celular» (2,8 Mb/s), la de menor prioridad permitida.',
    );
    expect(shedReason({ type: 'return', id: 'c', why: 'room' }, figures)).toBe(
      'Vuelve «Celular» (2,8 Mb/s): la subida alcanza otra vez.',
    );
    expect(mbps(0)).toEqual({ es: '0,0', en: '0.0' });
  });
});

describe('what is read back from disk', () => {
  it.each([undefined, null, 'x', 7, [], { kbps: 'x', at: 1, how: 'no' }])(
    'survives %o',
    (value) => {
      expect(readMeasured(value)).toBeNull();
      expect(readStored(value)).toEqual({ kbps: undefined, shedAllowed: false });
      expect(readShed(value).size).toBe(0);
    },
  );
  it('keeps "unknown" said by a person apart from nothing said', () => {
    expect(readStored({ kbps: null, shedAllowed: true })).toEqual({
      kbps: null,
      shedAllowed: true,
    });
    expect(readStored({ shedAllowed: false }).kbps).toBeUndefined();
    expect([...readShed([{ id: 'a', times: 3 }, { id: 'b' }, { times: 1 }])]).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
  });
});

describe('hoursAlarm', () => {
  const minute = 60_000;
  const facebookProfile = destinationProfiles['facebook']!;
  const profile = { ...facebookProfile, limits: { ...facebookProfile.limits, maxHours: 8 } };
  it.each([
    [7 * 60 + 44, null, ''],
    [7 * 60 + 45, 'warning', 'menos de 15 minutos'],
    [7 * 60 + 51, 'warning', 'menos de 10 minutos'],
    [7 * 60 + 59, 'warning', 'menos de 5 minutos'],
    [8 * 60 + 1, 'critical', 'ya las pasó'],
  ])('after %i minutes: %s', (minutes, severity, says) => {
    const alarm = hoursAlarm('Página', profile, 0, minutes * minute);
    expect(alarm?.severity ?? null).toBe(severity);
    expect(alarm?.what.es ?? '').toContain(says);
    if (alarm) expect(alarm.what.es).toContain('Facebook Live corta a las 8 horas');
  });
  it('says nothing where the platform has no limit', () => {
    expect(hoursAlarm('Página', facebookProfile, 0, 1e9)).toBeNull();
  });
});
