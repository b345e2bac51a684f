// Raises the alarm of a silent radio: dead air on a licence that is paid for.
import type { Output } from '../contract/outputs.ts';
import type { Alarms, AlarmWords } from '../core/alarms.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import type { Audit } from '../core/audit.ts';
import type { StateStore } from '../core/state-store.ts';

/** Silence longer than this many seconds is dead air. */
const silenceSeconds = 10;

/** Whether a radio output is silent: yes, no, or nothing was measured (null). */
export function isSilent(output: Pick<Output, 'kind' | 'order' | 'silentSeconds'>): boolean | null {
  if (output.kind !== 'icecast' || output.order === 'stop') return false;
  if (output.silentSeconds === null) return null;
  return output.silentSeconds > silenceSeconds;
}

function words(name: string): AlarmWords {
  return {
    severity: 'critical',
    what: {
      es: `«${name}» lleva más de ${silenceSeconds} segundos en silencio.`,
      en: `“${name}” has been silent for more than ${silenceSeconds} seconds.`,
    },
    advice: {
      es: 'Revise el micrófono y los volúmenes de la escena al aire; si OBS no suena, ponga «Ya regresamos».',
      en: 'Check the microphone and the volumes of the scene on air; if OBS is mute, put the slate on.',
    },
  };
}

/**
 * Watches the radio outputs in the state. The alarm `radio-silent-<id>` is raised after ten seconds
 * of silence and cleared when sound is back, or when the output is stopped or removed; an output
 * that measures nothing (reconnecting, or air away) leaves it as it was.
 */
export function createSilenceAlarm(ports: {
  readonly store: Pick<StateStore, 'get' | 'subscribe'>;
  readonly alarms: Alarms;
  readonly audit: Audit;
}): { close(): void } {
  const latch = createAlarmLatch(ports.alarms);
  const silent = new Set<string>();
  let seen: unknown = null;

  function check(): void {
    const { outputs } = ports.store.get();
    if (outputs === seen) return;
    seen = outputs;
    for (const id of silent) if (!outputs[id]) change(id, '', false);
    for (const [id, output] of Object.entries(outputs)) {
      const now = isSilent(output);
      if (now !== null && now !== silent.has(id)) change(id, output.name, now);
    }
  }

  function change(id: string, name: string, now: boolean): void {
    if (now) silent.add(id);
    else silent.delete(id);
    latch.set(`radio-silent-${id}`, now ? words(name) : null);
    ports.audit.record({
      actor: 'radio',
      action: now ? 'radio.silent' : 'radio.sound',
      reason: now
        ? `Más de ${silenceSeconds} s de silencio en la salida de radio.`
        : 'Terminó el silencio de la salida de radio.',
      ok: !now,
      detail: { id },
    });
  }

  check();
  return { close: ports.store.subscribe(check) };
}
