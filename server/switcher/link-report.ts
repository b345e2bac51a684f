// How the connection to OBS shows: in `state.switcher`, as part `obs`, and as an alarm.
import type { PartState } from '../contract/station.ts';
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
  /**
   * Why no connection is no fault yet: `looking` until one was tried, `starting` while an OBS of our
   * own that was just started has neither answered nor failed.
   */
  readonly pending: 'looking' | 'starting' | null;
  /** Our own died, hung or could not be started, and is being started again. */
  readonly restarting?: boolean;
}

/** The link as people see it: what was not tried yet, or only just started, is not missing. */
export function linkShown(link: ObsLink, runtime: RuntimeStatus): ObsLink {
  const { state } = link;
  const coming = (problem: Words): ObsLink => ({ state: 'connecting', problem, obsVersion: null });
  if (runtime.pending === 'starting' && quiet.has(state)) return coming(linkWords.starting);
  if (runtime.pending === 'looking' && state === 'off') return coming(linkWords.connecting);
  if (runtime.restarting && quiet.has(state)) {
    return { state: 'disconnected', problem: linkWords.ownRestarting, obsVersion: null };
  }
  if (state === 'off') return { ...link, problem: runtime.note };
  const silent = link.problem === linkWords.noAnswer && runtime.ownership === 'managed';
  return silent ? { ...link, problem: linkWords.ownNoAnswer } : link;
}

/** What the link is while an OBS starts. */
const quiet: ReadonlySet<ObsLink['state']> = new Set(['off', 'connecting', 'disconnected']);

export interface LinkReport {
  show(link: ObsLink, runtime: RuntimeStatus): void;
  close(): void;
}

/** How long an OBS that never answered may be away before an alarm, ms. */
const awayMs = 10_000;

/** Writes nothing until the first `show`. */
export function createLinkReport(ports: {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly alarms: Pick<Alarms, 'raise' | 'clear'>;
}): LinkReport {
  const { store, clock, alarms } = ports;
  let cancelAlarm: Cancel | null = null;
  let latest: (() => void) | null = null;
  let raised = false;

  function raise(problem: Words, runtime: RuntimeStatus): void {
    raised = true;
    const { ownership, restarting } = runtime;
    const own = restarting ? advice.restarting : advice.managed;
    alarms.raise('obs', {
      severity: 'critical',
      what: problem,
      advice: ownership === 'managed' ? own : advice.attached,
    });
  }

  function stopWaiting(): void {
    cancelAlarm?.();
    cancelAlarm = null;
  }

  function showAlarm({ state, problem }: ObsLink, runtime: RuntimeStatus): void {
    if (state === 'connected' || state === 'off') {
      stopWaiting();
      raised = false;
      alarms.clear('obs');
    } else if (problem === linkWords.lost || state === 'badPassword') {
      stopWaiting();
      raise(problem ?? linkWords.lost, runtime);
      // What is being done about it may have changed since.
    } else if (raised && problem && state === 'disconnected') raise(problem, runtime);
    else if (runtime.pending === 'starting') stopWaiting();
    else if (problem) {
      // One that was never there may only be starting; what is new about it meanwhile gives no more time.
      latest = () => raise(problem, runtime);
      cancelAlarm ??= clock.after(awayMs, () => {
        cancelAlarm = null;
        latest?.();
      });
    }
  }

  return {
    show(told, runtime) {
      const link = linkShown(told, runtime);
      const { problem } = link;
      store.change((draft) => {
        const s = draft.switcher;
        s.connection = link.state;
        s.ownership = runtime.ownership;
        s.obsVersion = link.obsVersion;
        s.problem = problem ? { text: problem.es, textEn: problem.en } : null;
        const words = partWords(link, runtime, s.scenes.length);
        const state = partHealth(link);
        const old = draft.parts.obs;
        if (old?.state === state && old.text === words.es) return;
        const since = old?.state === state ? old.since : clock.now();
        draft.parts.obs = { state, text: words.es, textEn: words.en, since };
      });
      showAlarm(link, runtime);
    },
    close() {
      stopWaiting();
    },
  };
}

const advice = {
  managed: {
    es: 'El servidor vuelve a conectarse solo. Si OBS no contesta en unos 10 segundos, lo reinicia.',
    en: 'The server connects again by itself. If OBS does not answer in some 10 seconds, it restarts it.',
  },
  restarting: {
    es: 'El servidor lo reinicia solo; si no vuelve en un minuto, mire la carpeta obs de los datos.',
    en: 'The server restarts it by itself; if it is not back in a minute, look in the obs folder of the data.',
  },
  attached: { es: 'Mire el computador de OBS.', en: 'Look at the computer that runs OBS.' },
} satisfies Record<string, Words>;

function partHealth(link: ObsLink): PartState['state'] {
  if (link.state === 'connected') return link.problem ? 'warn' : 'ok';
  if (link.state === 'off') return 'off';
  return link.state === 'connecting' || link.state === 'notReady' ? 'starting' : 'down';
}

function partWords(link: ObsLink, runtime: RuntimeStatus, scenes: number): Words {
  if (link.problem) return link.problem;
  if (link.state !== 'connected') return { es: 'OBS apagado.', en: 'OBS off.' };
  const managed = runtime.ownership === 'managed';
  const version = link.obsVersion ?? '';
  return {
    es: `OBS ${version} ${managed ? 'administrado por el servidor' : 'conectado'}, ${scenes} escenas.`,
    en: `OBS ${version} ${managed ? 'managed by the server' : 'connected'}, ${scenes} scenes.`,
  };
}
