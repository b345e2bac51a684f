// Raises an alarm once per change of its words, so that rooms may re-judge at every report.
import type { Alarms, AlarmWords } from './alarms.ts';

export interface AlarmLatch {
  /** Raises `id` with `words` unless they are already up; `null` clears it if this latch raised it. */
  set(id: string, words: AlarmWords | null): void;
  /** Clears every alarm of this latch whose id `keep` refuses (things that no longer exist). */
  retain(keep: (id: string) => boolean): void;
}

/** A latch over `alarms`; remembers only what it raised itself. */
export function createAlarmLatch(alarms: Pick<Alarms, 'raise' | 'clear'>): AlarmLatch {
  const up = new Map<string, string>();
  function set(id: string, words: AlarmWords | null): void {
    if (words === null) {
      if (up.delete(id)) alarms.clear(id);
      return;
    }
    const said = JSON.stringify(words);
    if (up.get(id) === said) return;
    up.set(id, said);
    alarms.raise(id, words);
  }
  return {
    set,
    retain(keep) {
      for (const id of up.keys()) if (!keep(id)) set(id, null);
    },
  };
}
