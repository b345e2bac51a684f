// Owns the rendered slate: the wished one is rendered once, kept on disk by what it looks like.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { backoffMs } from '../../core/backoff.ts';
import type { Cancel, Clock } from '../../core/clock.ts';
import { StudioError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Reel } from './reel.ts';
import { planSlate, type SlateWish } from './slate-args.ts';
import { loadReel, removeLeftovers, removeOldest } from './slate-files.ts';

export interface RenderedPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** In [0,1), for the jitter of retries. */
  readonly random: () => number;
  /** Folder of the slates; made when missing. */
  readonly dir: string;
  /** Writes the wished slate to `path`, whole or not at all. */
  render(wish: SlateWish, path: string, signal: AbortSignal): Promise<void>;
  /** Another reel is ready. */
  readonly changed: () => void;
}

export interface Rendered {
  /** The slate to have ready from now on; until it is, the one before stays in use. */
  want(wish: SlateWish): void;
  /** Null until something is ready. */
  reel(): Reel | null;
  close(): void;
}

const retry = { firstMs: 2000, maxMs: 60_000 };
/** Files kept: enough for the encoders and wordings a station moves between. */
const keepFiles = 8;
const fileName = /^[0-9a-f]{24}\.flv$/;
/** Raised when the same wish would be drawn differently. */
const drawing = 1;

/** Makes the service; nothing is rendered before the first `want`. */
export function createRendered(ports: RenderedPorts): Rendered {
  const { clock, log, dir } = ports;
  let wanted: string | null = null;
  let ready: Reel | null = null;
  let abort = new AbortController();
  let cancelRetry: Cancel | null = null;
  let tidied = false;

  async function prepare(wish: SlateWish, name: string, signal: AbortSignal): Promise<Reel> {
    if (!tidied) await removeLeftovers(dir, 'render-');
    tidied = true;
    const path = join(dir, `${name}.flv`);
    const lengthMs = planSlate(wish, null).seconds * 1000;
    const kept = await loadReel(path, lengthMs).catch(() => null);
    if (kept) return kept;
    const began = clock.mono();
    await ports.render(wish, path, signal);
    log.info({ name, ms: Math.round(clock.mono() - began) }, 'slate rendered');
    return loadReel(path, lengthMs);
  }

  async function attempt(wish: SlateWish, name: string, tries: number): Promise<void> {
    const { signal } = abort;
    try {
      const reel = await prepare(wish, name, signal);
      if (signal.aborted) return;
      ready = reel;
    } catch (error) {
      if (signal.aborted) return;
      const waitMs = backoffMs(retry, tries, ports.random);
      const detail = error instanceof StudioError ? error.context : undefined;
      log.error({ err: error, detail, waitMs }, 'the slate could not be prepared; trying again');
      cancelRetry = clock.after(waitMs, () => void attempt(wish, name, tries + 1));
      return;
    }
    ports.changed();
    await removeOldest(dir, fileName, keepFiles).catch(() => undefined);
  }

  function drop(): void {
    abort.abort();
    cancelRetry?.();
    cancelRetry = null;
  }

  return {
    want(wish) {
      const name = nameOf(wish);
      if (name === wanted) return;
      wanted = name;
      drop();
      abort = new AbortController();
      void attempt(wish, name, 0);
    },
    reel: () => ready,
    close: drop,
  };
}

/** Same look and sound, same name. */
function nameOf({ encoder, slate }: SlateWish): string {
  const { $schema: _schema, id: _id, name: _name, ...settings } = encoder;
  const parts = [settings, slate].map((part) =>
    Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  return createHash('sha256')
    .update(JSON.stringify([drawing, parts]))
    .digest('hex')
    .slice(0, 24);
}
