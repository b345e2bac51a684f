// Keeps the scene Campo on the feed it should show: told to OBS once per change and after each reconnection.
import type { Audit } from '../core/audit.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { StudioError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { serialQueue } from '../core/serial-queue.ts';
import { chooseFeed, feedToPlay, type Candidate, type Shown } from './scene-choice.ts';

/** The media source of the scene Campo, wherever OBS has it. */
export interface FieldScene {
  /**
   * Plays `url`, or nothing (and shows nothing) with null. Must leave a source that already plays
   * `url` alone: setting it again would restart the picture on the air.
   */
  setMediaInput(url: string | null): Promise<void>;
  /** Calls `listener` whenever OBS was (re)connected; returns the removal. */
  onConnected(listener: () => void): () => void;
}

/** Where the choice outlives a restart. */
export interface SceneMemory {
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
}

export interface SceneKeeper {
  shown(): Shown | null;
  /** What is known of the feeds now; chooses again. Nothing is told to OBS before the first call. */
  update(feeds: readonly Candidate[]): void;
  /** A person's choice. Rejects when OBS did not follow; the choice stands all the same. */
  show(feed: string, by: string): Promise<void>;
  close(): void;
}

export interface SceneKeeperPorts {
  readonly scene: FieldScene;
  readonly memory: SceneMemory;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly log: Log;
  readonly random: () => number;
  /** Address OBS plays a feed at; holds a secret. */
  readonly playUrl: (feed: string) => string;
  /** The choice changed: the state must say so. */
  readonly onShown: () => void;
  /** Why the source could not be set, or null when it is as it should be. */
  readonly onProblem: (error: unknown) => void;
}

const memoryKey = 'field.inScene';
const callMs = 1500;
const retry = { firstMs: 1000, maxMs: 10_000 };

/** Reads the last choice, so that a restart of control never changes what a live scene shows. */
export async function createSceneKeeper(ports: SceneKeeperPorts): Promise<SceneKeeper> {
  const { clock, log } = ports;
  let shown = readShown(await ports.memory.read(memoryKey));
  let feeds: readonly Candidate[] = [];
  let heard = false;
  /** Feed the source plays; undefined while unknown. */
  let playing: string | null | undefined;
  /** What the last failed call tried to play; undefined when none failed since. */
  let failed: string | null | undefined;
  let attempt = 0;
  let closed = false;
  let later: Cancel | null = null;
  const calls = serialQueue(4);
  const unsubscribe = ports.scene.onConnected(() => {
    playing = undefined;
    failed = undefined;
    attempt = 0;
    applySoon();
  });

  function wish(): string | null {
    return feedToPlay(shown, feeds, playing ?? shown?.feed ?? null, clock.now());
  }

  function choose(next: Shown | null, reason: string | null): void {
    if (JSON.stringify(next) === JSON.stringify(shown)) return;
    shown = next;
    ports.memory
      .write(memoryKey, next)
      .catch((error: unknown) => log.error({ err: error }, 'the feed shown was not stored'));
    if (reason !== null) {
      ports.audit.record({
        actor: 'field',
        action: 'field.show',
        reason,
        ok: true,
        detail: { feed: next?.feed ?? null },
      });
    }
    ports.onShown();
  }

  function applySoon(): void {
    // Two waiting are enough: the last one sees the newest choice.
    if (calls.size < 2) apply().catch(() => undefined);
  }

  async function apply(): Promise<void> {
    if (closed || !heard) return;
    await calls.run(async () => {
      const want = wish();
      if (want === playing || closed) return;
      later?.();
      try {
        await withDeadline(
          clock,
          callMs,
          { es: 'OBS no contestó a tiempo.', en: 'OBS did not answer in time.' },
          ports.scene.setMediaInput(want === null ? null : ports.playUrl(want)),
        );
        playing = want;
        failed = undefined;
        attempt = 0;
        ports.onProblem(null);
      } catch (error) {
        playing = undefined;
        failed = want;
        ports.onProblem(want === null ? null : error);
        later = clock.after(backoffMs(retry, attempt, ports.random), applySoon);
        attempt += 1;
        throw error;
      }
    });
  }

  return {
    shown: () => shown,
    update(next) {
      feeds = next;
      heard = true;
      const before = shown;
      const chosen = chooseFeed(shown, feeds, clock.now());
      if (chosen?.feed !== before?.feed) {
        choose(
          chosen,
          before === null
            ? 'Es la primera señal de campo en vivo.'
            : 'La señal que estaba en la escena ya no llega; entra la primera en vivo.',
        );
      }
      const want = wish();
      // A wish that just failed waits for its retry; a new one goes at once.
      if (want !== playing && want !== failed) applySoon();
    },
    async show(feed, by) {
      choose({ feed, by }, null);
      try {
        await apply();
      } catch (cause) {
        throw new StudioError(
          'unavailable',
          {
            es: 'La señal quedó elegida, pero OBS no la mostró todavía. Se reintenta solo; revise la conexión con OBS.',
            en: 'The feed is chosen, but OBS has not shown it yet. It is retried by itself; check the connection to OBS.',
          },
          { cause },
        );
      }
    },
    close() {
      closed = true;
      later?.();
      unsubscribe();
    },
  };
}

function readShown(stored: unknown): Shown | null {
  const { feed, by } = (stored ?? {}) as Partial<Shown>;
  return typeof feed === 'string' && typeof by === 'string' ? { feed, by } : null;
}
