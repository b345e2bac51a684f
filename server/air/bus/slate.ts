// Owns the slate: the wished one is rendered once, kept on disk by what it looks like, held in memory.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { AirReport } from '../../contract/air-link.ts';
import { backoffMs } from '../../core/backoff.ts';
import type { Cancel, Clock } from '../../core/clock.ts';
import { StudioError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { reelFromFlv, type Reel } from './reel.ts';
import { planSlate, type SlateWish } from './slate-args.ts';

export interface SlatePorts {
  readonly clock: Clock;
  readonly log: Log;
  /** In [0,1), for the jitter of retries. */
  readonly random: () => number;
  /** Folder of the rendered slates; made when missing. */
  readonly dir: string;
  /** Writes the wished slate to `path`, whole or not at all. */
  render(wish: SlateWish, path: string, signal: AbortSignal): Promise<void>;
}

export interface Slate {
  /** The slate to have ready from now on; until it is, the one before stays in use. */
  want(wish: SlateWish): void;
  /** What goes out on a loss; null until something is ready. */
  reel(): Reel | null;
  kind(): AirReport['slate'];
  /** Called when another reel is ready; returns the removal. */
  onChange(listener: () => void): () => void;
  close(): void;
}

const retry = { firstMs: 2000, maxMs: 60_000 };
/** Files kept: enough for the encoders and wordings a station moves between. */
const keepFiles = 8;
/** Raised when the same wish would be drawn differently. */
const drawing = 1;

/** Makes the service; nothing is rendered before the first `want`. */
export function createSlate(ports: SlatePorts): Slate {
  const { clock, log, dir } = ports;
  const listeners = new Set<() => void>();
  let wanted: string | null = null;
  let ready: Reel | null = null;
  let abort = new AbortController();
  let cancelRetry: Cancel | null = null;
  let tidied = false;

  async function prepare(wish: SlateWish, name: string, signal: AbortSignal): Promise<Reel> {
    if (!tidied) await removeLeftovers(dir);
    tidied = true;
    const path = join(dir, `${name}.flv`);
    const { seconds } = planSlate(wish, null);
    const kept = await load(path, seconds).catch(() => null);
    if (kept) return kept;
    const began = clock.mono();
    await ports.render(wish, path, signal);
    log.info({ name, ms: Math.round(clock.mono() - began) }, 'slate rendered');
    return load(path, seconds);
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
    for (const listener of listeners) listener();
    await removeOldest(dir, keepFiles).catch(() => undefined);
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
    kind: () => (ready ? 'rendered' : 'none'),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
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

async function load(path: string, seconds: number): Promise<Reel> {
  const reel = reelFromFlv(await readFile(path), seconds * 1000);
  const now = new Date();
  // Marks it as used, for the tidying.
  await utimes(path, now, now).catch(() => undefined);
  return reel;
}

async function removeLeftovers(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((n) => n.startsWith('render-'))) {
    await rm(join(dir, name), { recursive: true, force: true });
  }
}

async function removeOldest(dir: string, keep: number): Promise<void> {
  const names = (await readdir(dir)).filter((n) => n.endsWith('.flv'));
  const dated = await Promise.all(
    names.map(async (name) => ({ name, used: (await stat(join(dir, name))).mtimeMs })),
  );
  for (const { name } of dated.toSorted((a, b) => b.used - a.used).slice(keep)) {
    await rm(join(dir, name), { force: true });
  }
}
