// The slate's owner: rendered once per look, kept, tried again, replaced only when the next is ready.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Still } from '../../server/air/bus/cut.ts';
import { flvFileHeader, makeTag, serialiseTag } from '../../server/air/bus/flv-tag.ts';
import { createSlate, type Slate } from '../../server/air/bus/slate.ts';
import type { SlateWish } from '../../server/air/bus/slate-args.ts';
import { silentLog } from '../../server/core/log.ts';
import { until } from '../kit/until.ts';
import { flow, frame, keyFrame, sound, videoHeader } from '../unit/bus-media.ts';
import { manualClock, order, type ManualClock } from './air-fakes.ts';

const stereo48 = makeTag('audio', 0, Buffer.from('af001190', 'hex'));
let dir: string;
const open: Slate[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'air-slate-'));
});
afterEach(() => {
  for (const slate of open.splice(0)) slate.close();
  rmSync(dir, { recursive: true, force: true });
});

const wish = (text: string): SlateWish => ({
  encoder: order().encoder,
  slate: { ...order().slate, text },
});
const media = Buffer.concat([flvFileHeader, ...flow({ ms: 8000 }).map((m) => serialiseTag(m.tag))]);

function make(
  render: (wish: SlateWish, path: string) => Promise<void> = never,
  farthest: () => Promise<number> = async () => 0,
): {
  slate: Slate;
  clock: ManualClock;
} {
  const clock = manualClock();
  const slate = createSlate({ clock, log: silentLog, random: () => 0, dir, render, farthest });
  open.push(slate);
  return { slate, clock };
}

/** A machine without ffmpeg. */
async function never(): Promise<void> {
  throw new Error('no ffmpeg');
}

it('renders a look once, ever', async () => {
  const rendered: string[] = [];
  const render = async (w: SlateWish, path: string): Promise<void> => {
    rendered.push(w.slate.text);
    writeFileSync(path, media);
  };
  const first = make(render).slate;
  expect(first.pick(null)).toBeNull();
  first.want(wish('Ya regresamos'));
  first.want(wish('Ya regresamos'));
  await until('the slate is ready', () => first.pick(null)?.kind === 'rendered');
  expect(first.pick(null)?.reel?.durationMs).toBe(8000);
  const second = make(render).slate;
  second.want(wish('Ya regresamos'));
  await until('the kept slate is ready', () => second.pick(null)?.reel);
  expect(rendered).toEqual(['Ya regresamos']);
});

it('renders again what is damaged on disk', async () => {
  let renders = 0;
  const render = async (_: SlateWish, path: string): Promise<void> => {
    renders += 1;
    writeFileSync(path, media);
  };
  const first = make(render).slate;
  first.want(wish('uno'));
  await until('ready', () => first.pick(null)?.reel);
  for (const name of readdirSync(dir)) writeFileSync(join(dir, name), 'damaged');
  const second = make(render).slate;
  second.want(wish('uno'));
  await until('ready', () => second.pick(null)?.reel);
  expect(renders).toBe(2);
});

it('keeps the old one until the new one is ready, and ignores one no longer wished', async () => {
  const gates = new Map<string, () => void>();
  const { slate } = make(async (w, path) => {
    if (w.slate.text !== 'uno') {
      await new Promise<void>((resolve) => gates.set(w.slate.text, resolve));
    }
    writeFileSync(path, media);
  });
  const heard = new Set<unknown>();
  slate.onChange(() => {
    const ready = slate.pick(null);
    if (ready) heard.add(ready.reel);
  });
  slate.want(wish('uno'));
  const old = await until('the first is ready', () => slate.pick(null)?.reel);
  slate.want(wish('dos'));
  await until('the second is being made', () => gates.get('dos'));
  slate.want(wish('tres'));
  await until('the third is being made', () => gates.get('tres'));
  gates.get('dos')?.();
  await until('the second was written', () => readdirSync(dir).length === 2);
  expect(slate.pick(null)?.reel).toBe(old);
  gates.get('tres')?.();
  await until('the third is ready', () => slate.pick(null)?.reel !== old);
  expect(heard.size).toBe(2);
});

it('tries again after a failure, with a growing wait', async () => {
  let tries = 0;
  const { slate, clock } = make(async (_, path) => {
    tries += 1;
    if (tries < 3) throw new Error('no ffmpeg');
    writeFileSync(path, media);
  });
  slate.want(wish('uno'));
  await until('the first try failed', () => tries === 1);
  await until('the second try was made', () => {
    clock.advance(250);
    return tries === 2;
  });
  await until('the third try was made', () => {
    clock.advance(250);
    return slate.pick(null) !== null;
  });
  expect(clock.mono()).toBeGreaterThanOrEqual(1000 + 2000);
});

it('keeps only the newest files', async () => {
  const { slate } = make(async (_, path) => writeFileSync(path, media));
  for (let i = 0; i < 11; i += 1) {
    const before = slate.pick(null)?.reel;
    slate.want(wish(`look ${i}`));
    await until(`look ${i} is ready`, () => slate.pick(null)?.reel !== before);
  }
  await until('old files are gone', () => readdirSync(dir).length === 8);
});

const program = (id: number): Still => ({
  videoHeader: videoHeader(id),
  audioHeader: stereo48,
  key: keyFrame(5000, id),
});

/** Shows the slate scene for as long as a capture takes, and what the encoder `id` sends meanwhile. */
function show(slate: Slate, clock: ManualClock, id = 1): void {
  slate.watch(videoHeader(id));
  slate.watch(stereo48);
  slate.showing(true, null);
  arrive(slate, clock, id);
  slate.showing(false, null);
}

/** What the encoder `id` sends from `from` to `to` ms. */
function arrive(slate: Slate, clock: ManualClock, id: number, from = 0, to = 5000): void {
  for (let t = from, sounds = Math.ceil((from * 3) / 64); t < to; t += 40) {
    slate.watch(t % 1000 === 0 ? keyFrame(t, id) : frame(t, id));
    for (; (sounds * 64) / 3 < t + 40; sounds += 1)
      slate.watch(sound(Math.round((sounds * 64) / 3), id));
    clock.advance(40);
  }
}

describe('captured slate', () => {
  it('is wanted, captured, used for its own encoder and look, and kept over a restart', async () => {
    const { slate, clock } = make();
    slate.want(wish('uno'));
    expect(slate.capture()).toBe('idle');
    slate.watch(videoHeader(1));
    slate.watch(stereo48);
    await until('its file was looked for', () => slate.capture() === 'wanted');
    slate.showing(true, null);
    expect(slate.capture()).toBe('capturing');
    slate.showing(false, null);
    expect(slate.pick(program(1))?.kind).toBe('freeze');
    show(slate, clock);
    expect(slate.capture()).toBe('idle');
    const pick = slate.pick(program(1));
    expect(pick).toMatchObject({ kind: 'captured', reel: { durationMs: 2000 } });
    expect(slate.pick(program(2))?.kind).toBe('freeze');
    await slate.idle();

    const { slate: next } = make();
    next.want(wish('uno'));
    next.watch(videoHeader(1));
    next.watch(stereo48);
    const kept = await until('the file was read', () => {
      const found = next.pick(program(1));
      return found?.kind === 'captured' && found;
    });
    expect(kept.reel).toEqual(pick?.reel);
    expect(next.capture()).toBe('idle');
    // Other words on the screen: another slate.
    next.want(wish('dos'));
    await until('it is wanted for the new look', () => next.capture() === 'wanted');
    expect(next.pick(program(1))?.kind).toBe('freeze');
  });

  it('goes before the rendered one, and says when it is ready', async () => {
    const { slate, clock } = make(async (_, path) => writeFileSync(path, media));
    slate.want(wish('uno'));
    await until('the rendered one is ready', () => slate.pick(null));
    expect(slate.pick(program(1))?.kind).toBe('rendered');
    let told = 0;
    slate.onChange(() => {
      if (slate.pick(program(1))?.kind === 'captured') told += 1;
    });
    show(slate, clock);
    expect(told).toBeGreaterThan(0);
    expect(slate.pick(null)?.kind).toBe('rendered');
    await slate.idle();
  });

  it('is not kept while what arrives does not look like the scene: an encoder may lag for seconds', async () => {
    const pictures = [60, 'unreadable', 3] as const;
    let looks = 0;
    const { slate, clock } = make(never, async () => {
      const apart = pictures[looks++];
      if (typeof apart !== 'number') throw new Error('ffmpeg could not read the picture');
      return apart;
    });
    slate.want(wish('uno'));
    slate.watch(videoHeader(1));
    slate.watch(stereo48);
    slate.showing(true, Buffer.from('png'));
    for (const [round, from] of [0, 7000, 14_000].entries()) {
      expect(slate.capture()).toBe('capturing');
      expect(slate.pick(program(1))?.kind).toBe('freeze');
      arrive(slate, clock, 1, from, from + 7000);
      await slate.idle();
      expect(looks).toBe(round + 1);
    }
    expect(slate.capture()).toBe('idle');
    expect(slate.pick(program(1))?.kind).toBe('captured');
  });

  it('of an encoder that came while another one was being looked at is taken again', async () => {
    const first = Promise.withResolvers<number>();
    let looks = 0;
    const { slate, clock } = make(never, async () => (looks++ === 0 ? first.promise : 3));
    slate.want(wish('uno'));
    slate.watch(videoHeader(1));
    slate.watch(stereo48);
    slate.showing(true, Buffer.from('png'));
    arrive(slate, clock, 1);
    slate.watch(videoHeader(2));
    arrive(slate, clock, 2, 5000, 11_000);
    expect(looks).toBe(1);
    first.resolve(3);
    await slate.idle();
    arrive(slate, clock, 2, 11_000, 17_000);
    await slate.idle();
    expect(slate.pick(program(1))?.kind).toBe('captured');
    expect(slate.pick(program(2))?.kind).toBe('captured');
  });

  it('is captured again from a file that is damaged, and used though the disk is full', async () => {
    const first = make();
    first.slate.want(wish('uno'));
    show(first.slate, first.clock);
    await first.slate.idle();
    for (const name of readdirSync(dir)) writeFileSync(join(dir, name), 'damaged');
    const second = make();
    second.slate.want(wish('uno'));
    second.slate.watch(videoHeader(1));
    second.slate.watch(stereo48);
    await until('it is wanted again', () => second.slate.capture() === 'wanted');
    rmSync(dir, { recursive: true });
    // Where a folder should be is a file: nothing can be written.
    writeFileSync(dir, '');
    show(second.slate, second.clock);
    await second.slate.idle();
    expect(second.slate.pick(program(1))?.kind).toBe('captured');
  });

  it('keeps a bounded number of files, and nothing half-written', async () => {
    writeFileSync(join(dir, 'part-1-x'), 'left by a crash');
    const { slate, clock } = make();
    slate.want(wish('uno'));
    for (let id = 1; id <= 8; id += 1) {
      slate.watchEnded();
      show(slate, clock, id);
      expect(slate.pick(program(id))?.kind).toBe('captured');
      await slate.idle();
    }
    const names = readdirSync(dir);
    expect(names.filter((n) => n.startsWith('captured-'))).toHaveLength(6);
    expect(names.filter((n) => n.startsWith('part-'))).toEqual([]);
  });
});

it('freezes the last picture while there is nothing else, the same one for the same picture', () => {
  const { slate } = make();
  slate.want(wish('uno'));
  expect(slate.pick(null)).toBeNull();
  const still = program(1);
  const pick = slate.pick(still);
  expect(pick?.kind).toBe('freeze');
  expect(slate.pick({ ...still })?.reel).toBe(pick?.reel);
  expect(slate.pick(program(1))?.reel).not.toBe(pick?.reel);
});
