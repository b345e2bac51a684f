// The alarm of a silent radio.
import { describe, expect, it } from 'vitest';
import type { Output } from '../../server/contract/outputs.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import type { Act } from '../../server/core/audit.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { createStateStore } from '../../server/core/state-store.ts';
import { createSilenceAlarm, isSilent } from '../../server/radio/silence-alarm.ts';
import { handClock } from '../service/hand-clock.ts';
import { alarmsUp } from '../service/outputs-bench.ts';
import { station } from '../service/outputs-samples.ts';
import { sampleOutput } from '../kit/samples.ts';

const radio: Output = sampleOutput({
  name: 'Radio AM',
  kind: 'icecast',
  profile: 'radio',
  url: 'icecast://h/am',
  settings: { lowpassHz: 5000, bitrateKbps: 96 },
  state: 'live',
  silentSeconds: 0,
});

describe('isSilent', () => {
  it.each<[string, Partial<Output>, boolean | null]>([
    ['sound', { silentSeconds: 0 }, false],
    ['ten seconds exactly', { silentSeconds: 10 }, false],
    ['more than ten', { silentSeconds: 10.5 }, true],
    ['nothing measured', { silentSeconds: null }, null],
    ['stopped', { silentSeconds: 99, order: 'stop' }, false],
    ['not radio', { kind: 'rtmp', silentSeconds: 99 }, false],
  ])('%s', (_, more, silent) => {
    expect(isSilent({ ...radio, ...more })).toBe(silent);
  });
});

describe('createSilenceAlarm', () => {
  it('raises after ten seconds, holds while nothing is measured, clears with the sound', () => {
    const clock = handClock();
    const store = createStateStore({
      ...initialState(station, 1935, clock.now()),
      outputs: { am: radio },
    });
    const acts: Act[] = [];
    const watch = createSilenceAlarm({
      store,
      alarms: createAlarms(store, clock),
      audit: { record: (act) => acts.push(act) },
    });
    const silent = (seconds: number | null) => {
      store.change((d) => {
        d.outputs['am']!.silentSeconds = seconds;
      });
      store.flush();
      return alarmsUp(store);
    };
    expect(silent(9)).toEqual([]);
    expect(silent(11)).toEqual(['radio-silent-am']);
    expect(store.get().alarms['radio-silent-am']!.severity).toBe('critical');
    expect(silent(null)).toEqual(['radio-silent-am']);
    expect(silent(14)).toEqual(['radio-silent-am']);
    expect(silent(0)).toEqual([]);
    expect(acts.map((a) => a.action)).toEqual(['radio.silent', 'radio.sound']);

    expect(silent(20)).toEqual(['radio-silent-am']);
    store.change((d) => {
      delete d.outputs['am'];
    });
    store.flush();
    expect(alarmsUp(store)).toEqual([]);
    watch.close();
  });
});
