// How the connection to OBS shows: in `state.switcher`, as part `obs`, and as an alarm.
import type { SwitcherState } from '../contract/switcher.ts';
import type { Alarms } from '../core/alarms.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import type { Words } from '../core/errors.ts';
import type { StateStore } from '../core/state-store.ts';
import type { ObsLink } from './obs-port.ts';
import { linkWords } from './words.ts';

/** Whose OBS it is, and why there is none when there is none. */
export interface RuntimeStatus {
  readonly ownership: SwitcherState['ownership'];
  readonly note: Words | null;
}

export interface LinkReport {
  show(link: ObsLink, runtime: RuntimeStatus): void;
  close(): void;
}

/** How long an OBS that never answered may take to start before an alarm, ms. */
const startingMs = 10_000;

/** Writes nothing until the first `show`. */
export function createLinkReport(ports: {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly alarms: Pick<Alarms, 'raise' | 'clear'>;
}): LinkReport {
  const { store, clock, alarms } = ports;
  let cancelAlarm: Cancel | null = null;

  function raise(problem: Words, runtime: RuntimeStatus): void {
    const managed = runtime.ownership === 'managed';
    alarms.raise('obs', {
      severity: 'critical',
      what: problem,
      advice: managed ? advice.managed : advice.attached,
    });
  }

  function showAlarm(link: ObsLink, problem: Words | null, runtime: RuntimeStatus): void {
    cancelAlarm?.();
    cancelAlarm = null;
    if (link.state === 'connected' || link.state === 'off') alarms.clear('obs');
    else if (problem === linkWords.lost || link.state === 'badPassword') {
      raise(problem ?? linkWords.lost, runtime);
    } else if (problem) {
      // One that was never there may only be starting.
      cancelAlarm = clock.after(startingMs, () => raise(problem, runtime));
    }
  }

  return {
    show(link, runtime) {
      const problem = link.state === 'off' ? runtime.note : link.problem;
      store.change((draft) => {
        const s = draft.switcher;
        s.connection = link.state;
        s.ownership = runtime.ownership;
        s.obsVersion = link.obsVersion;
        s.problem = problem ? { text: problem.es, textEn: problem.en } : null;
        const words = partWords(link, problem, runtime, s.scenes.length);
        const state = partHealth(link);
        const old = draft.parts.obs;
        if (old?.state === state && old.text === words.es) return;
        const since = old?.state === state ? old.since : clock.now();
        draft.parts.obs = { state, text: words.es, textEn: words.en, since };
      });
      showAlarm(link, problem, runtime);
    },
    close() {
      cancelAlarm?.();
    },
  };
}

const advice = {
  managed: {
    es: 'El servidor lo reinicia solo; si no vuelve en un minuto, mire la carpeta obs de los datos.',
    en: 'The server restarts it by itself; if it is not back in a minute, look in the obs folder of the data.',
  },
  attached: { es: 'Mire el computador de OBS.', en: 'Look at the computer that runs OBS.' },
} satisfies Record<string, Words>;

function partHealth(link: ObsLink): 'ok' | 'warn' | 'down' | 'off' {
  if (link.state === 'connected') return 'ok';
  if (link.state === 'off') return 'off';
  return link.state === 'connecting' || link.state === 'notReady' ? 'warn' : 'down';
}

function partWords(
  link: ObsLink,
  problem: Words | null,
  runtime: RuntimeStatus,
  scenes: number,
): Words {
  if (link.state !== 'connected') return problem ?? { es: 'OBS apagado.', en: 'OBS off.' };
  const managed = runtime.ownership === 'managed';
  const version = link.obsVersion ?? '';
  return {
    es: `OBS ${version} ${managed ? 'administrado por el servidor' : 'conectado'}, ${scenes} escenas.`,
    en: `OBS ${version} ${managed ? 'managed by the server' : 'connected'}, ${scenes} scenes.`,
  };
}
