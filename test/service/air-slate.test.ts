// The slate's owner: rendered once per look, kept, tried again, replaced only when the next is ready.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { flvFileHeader, serialiseTag } from '../../server/air/bus/flv-tag.ts';
import { createSlate, type Slate } from '../../server/air/bus/slate.ts';
import type { SlateWish } from '../../server/air/bus/slate-args.ts';
import { silentLog } from '../../server/core/log.ts';
import { until } from '../kit/until.ts';
import { flow } from '../unit/bus-media.ts';
import { manualClock, order, type ManualClock } from './air-fakes.ts';

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

function make(render: (wish: SlateWish, path: string) => Promise<void>): {
  slate: Slate;
  clock: ManualClock;
} {
  const clock = manualClock();
  const slate = createSlate({ clock, log: silentLog, random: () => 0, dir, render });
  open.push(slate);
  return { slate, clock };
}

it('renders a look once, ever', async () => {
  const rendered: string[] = [];
  const render = async (w: SlateWish, path: string): Promise<void> => {
    rendered.push(w.slate.text);
    writeFileSync(path, media);
  };
  const first = make(render).slate;
  expect(first.kind()).toBe('none');
  first.want(wish('Ya regresamos'));
  first.want(wish('Ya regresamos'));
  await until('the slate is ready', () => first.kind() === 'rendered');
  expect(first.reel()?.durationMs).toBe(8000);
  const second = make(render).slate;
  second.want(wish('Ya regresamos'));
  await until('the kept slate is ready', () => second.reel());
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
  await until('ready', () => first.reel());
  for (const name of readdirSync(dir)) writeFileSync(join(dir, name), 'damaged');
  const second = make(render).slate;
  second.want(wish('uno'));
  await until('ready', () => second.reel());
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
  let changes = 0;
  slate.onChange(() => {
    changes += 1;
  });
  slate.want(wish('uno'));
  const old = await until('the first is ready', () => slate.reel());
  slate.want(wish('dos'));
  await until('the second is being made', () => gates.get('dos'));
  slate.want(wish('tres'));
  await until('the third is being made', () => gates.get('tres'));
  gates.get('dos')?.();
  await until('the second was written', () => readdirSync(dir).length === 2);
  expect(slate.reel()).toBe(old);
  gates.get('tres')?.();
  await until('the third is ready', () => slate.reel() !== old);
  expect(changes).toBe(2);
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
    return slate.kind() === 'rendered';
  });
  expect(clock.mono()).toBeGreaterThanOrEqual(1000 + 2000);
});

it('keeps only the newest files', async () => {
  const { slate } = make(async (_, path) => writeFileSync(path, media));
  for (let i = 0; i < 11; i += 1) {
    const before = slate.reel();
    slate.want(wish(`look ${i}`));
    await until(`look ${i} is ready`, () => slate.reel() !== before);
  }
  await until('old files are gone', () => readdirSync(dir).length === 8);
});
