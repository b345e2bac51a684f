// Warns before a platform ends a live video because it has lasted as long as it lets one last.
import type { DestinationProfile } from '../contract/profiles.ts';
import type { AlarmLatch } from '../core/alarm-latch.ts';
import type { AlarmWords } from '../core/alarms.ts';
import type { Clock } from '../core/clock.ts';
import type { StateStore } from '../core/state-store.ts';

const minuteMs = 60_000;
/** How long before the end people are told. */
const noticeMinutes = 15;
const tickMs = 10_000;

/** The alarm for an output live since `liveSince` (epoch ms); null while there is time, or no limit. */
export function hoursAlarm(
  name: string,
  profile: Pick<DestinationProfile, 'name' | 'limits'>,
  liveSince: number,
  now: number,
): AlarmWords | null {
  const { maxHours } = profile.limits;
  if (maxHours === null) return null;
  const left = maxHours * 60 - (now - liveSince) / minuteMs;
  if (left > noticeMinutes) return null;
  const advice = {
    es: 'Si el programa sigue, cree otro en vivo en la plataforma, copie su clave y cámbiela en esta salida: se reinicia solo ella.',
    en: 'If the programme goes on, create another live video on the platform and change the key of this output: it alone restarts.',
  };
  if (left <= 0) {
    return {
      severity: 'critical',
      what: {
        es: `${profile.name} corta a las ${maxHours} horas y «${name}» ya las pasó: puede terminar en cualquier momento.`,
        en: `${profile.name} ends a live video after ${maxHours} hours and “${name}” is past that: it may end at any moment.`,
      },
      advice,
    };
  }
  // In steps of five, so that the sentence changes three times and not every minute.
  const minutes = Math.ceil(left / 5) * 5;
  return {
    severity: 'warning',
    what: {
      es: `${profile.name} corta a las ${maxHours} horas: a «${name}» le quedan menos de ${minutes} minutos.`,
      en: `${profile.name} ends a live video after ${maxHours} hours: “${name}” has less than ${minutes} minutes left.`,
    },
    advice,
  };
}

export interface HoursWatchPorts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly latch: AlarmLatch;
  readonly profile: (id: string) => DestinationProfile | undefined;
}

/**
 * Looks every ten seconds. A reconnection does not begin a new live video: time counts from the first
 * session since the output was ordered to run. Returns what ends it.
 */
export function watchHours(ports: HoursWatchPorts): { close(): void } {
  const { store, clock, latch } = ports;
  let first = new Map<string, number>();

  function look(): void {
    const { outputs } = store.get();
    const now = clock.now();
    const running = Object.entries(outputs).filter(([, o]) => o.order === 'start');
    first = new Map(
      running.flatMap(([id, o]) => {
        const since = first.get(id) ?? o.liveSince;
        return since === null ? [] : [[id, since]];
      }),
    );
    latch.retain((alarm) => [...first.keys()].some((id) => alarm === alarmId(id)));
    for (const [id, since] of first) {
      const output = outputs[id];
      const profile = output && ports.profile(output.profile);
      latch.set(alarmId(id), profile ? hoursAlarm(output.name, profile, since, now) : null);
    }
  }

  return { close: clock.every(tickMs, look) };
}

const alarmId = (id: string): string => `output-hours-${id}`;
