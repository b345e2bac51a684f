// The transition the operator chose against the one OBS holds for the take in hand; puts the chosen one back.
import type { ObsCaller } from './obs-port.ts';
import { cutTransition, type RawTransition } from './snapshot.ts';

/** What one move of the program wants of the transition. */
export interface TransitionWish {
  readonly cut?: boolean | undefined;
  readonly transition?: string | undefined;
  /** 0 is a cut. */
  readonly durationMs?: number | undefined;
}

export interface TransitionOverride {
  /** Takes what OBS has as the operator's choice. */
  adopt(
    available: readonly RawTransition[],
    present: { readonly name: string | null; readonly durationMs: number | null },
  ): void;
  /** Sets OBS up for one move; answers how long the mix will take, ms (null when unknown). */
  prepare(obs: ObsCaller, wish: TransitionWish): Promise<number | null>;
  /** Gives OBS the operator's choice again, if it holds another. */
  restore(obs: ObsCaller): Promise<void>;
  readonly overridden: boolean;
  /** OBS reports a transition: true when somebody chose it there, false for our own echo. */
  heardName(name: string): boolean;
  heardDuration(durationMs: number): boolean;
  choose(obs: ObsCaller, name: string, durationMs: number | undefined): Promise<void>;
  /** As `choose`, for when a transition is running: OBS gets it with the next `restore`. */
  chooseLater(name: string, durationMs: number | undefined): void;
  /** How long the present transition takes, ms; null when OBS does not say. */
  mixMs(): number | null;
  chosen(): { readonly name: string | null; readonly durationMs: number | null };
}

/** OBS refuses durations outside this, ms. */
const shortestMs = 50;

/** Starts knowing nothing; `adopt` after each connection. */
export function createTransitionOverride(): TransitionOverride {
  let available: readonly RawTransition[] = [];
  let chosen: { name: string | null; durationMs: number | null } = { name: null, durationMs: null };
  let held = chosen;
  /** What we set and OBS has not echoed yet. */
  let nameEchoes: string[] = [];
  let durationEchoes: number[] = [];

  function fixed(name: string | null): RawTransition | undefined {
    return available.find((t) => t.name === name && t.fixed);
  }

  async function hold(
    obs: ObsCaller,
    name: string | null,
    durationMs: number | null,
  ): Promise<void> {
    if (name !== null && name !== held.name) {
      nameEchoes = [...nameEchoes, name].slice(-4);
      await obs.call('SetCurrentSceneTransition', { transitionName: name });
      held = { ...held, name };
    }
    // OBS keeps one duration for all transitions and takes none for those of fixed length.
    if (durationMs !== null && durationMs !== held.durationMs && !fixed(held.name)) {
      const ms = Math.max(shortestMs, durationMs);
      durationEchoes = [...durationEchoes, ms].slice(-4);
      await obs.call('SetCurrentSceneTransitionDuration', { transitionDuration: ms });
      held = { ...held, durationMs: ms };
    }
  }

  function mixMs(): number | null {
    const kind = fixed(held.name)?.kind;
    if (kind === 'cut_transition') return 0;
    return kind ? null : held.durationMs;
  }

  return {
    adopt(list, present) {
      available = list;
      chosen = { name: present.name, durationMs: present.durationMs ?? chosen.durationMs };
      held = { ...chosen };
      nameEchoes = [];
      durationEchoes = [];
    },
    async prepare(obs, wish) {
      const cut = wish.cut || (wish.durationMs === 0 && wish.transition === undefined);
      const name = cut ? cutTransition(available) : (wish.transition ?? chosen.name);
      await hold(obs, name, cut ? null : (wish.durationMs ?? chosen.durationMs));
      return mixMs();
    },
    restore: (obs) => hold(obs, chosen.name, chosen.durationMs),
    get overridden() {
      const duration = !fixed(chosen.name) && held.durationMs !== chosen.durationMs;
      return held.name !== chosen.name || duration;
    },
    heardName(name) {
      const own = nameEchoes.indexOf(name);
      if (own >= 0) {
        nameEchoes = nameEchoes.slice(own + 1);
        return false;
      }
      const changed = name !== chosen.name;
      chosen = { ...chosen, name };
      held = { ...held, name };
      return changed;
    },
    heardDuration(durationMs) {
      const own = durationEchoes.indexOf(durationMs);
      if (own >= 0) {
        durationEchoes = durationEchoes.slice(own + 1);
        return false;
      }
      const changed = durationMs !== chosen.durationMs;
      chosen = { ...chosen, durationMs };
      held = { ...held, durationMs };
      return changed;
    },
    async choose(obs, name, durationMs) {
      await hold(obs, name, durationMs ?? null);
      chosen = { name, durationMs: durationMs === undefined ? chosen.durationMs : held.durationMs };
    },
    chooseLater(name, durationMs) {
      chosen = { name, durationMs: durationMs ?? chosen.durationMs };
    },
    mixMs,
    chosen: () => chosen,
  };
}
