// The queue of one destination: bounded, cut on key frames, headers kept.
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import { createTagQueue, type QueueLimits } from '../../server/air/outputs/queue.ts';

const tag = (
  kind: 'key' | 'video' | 'audio' | 'videoHeader' | 'audioHeader' | 'script',
  size = 100,
): FlvTag => ({
  type: kind === 'script' ? 'script' : kind.startsWith('audio') ? 'audio' : 'video',
  timestamp: 0,
  body: Buffer.alloc(size),
  header: kind.endsWith('Header'),
  key: kind === 'key',
});
const limits: QueueLimits = { maxBytes: 1000, maxAgeMs: 1000, cutOn: 'key' };

function drain(queue: ReturnType<typeof createTagQueue>): FlvTag[] {
  const out: FlvTag[] = [];
  for (let t = queue.shift(); t; t = queue.shift()) out.push(t);
  return out;
}

test('passes everything through in order while it is taken', () => {
  const queue = createTagQueue(limits);
  const sent = [tag('videoHeader'), tag('key'), tag('audio'), tag('video')];
  for (const t of sent) queue.push(t, 0);
  expect(queue.ageMs(40)).toBe(40);
  expect(drain(queue)).toEqual(sent);
  expect([queue.dropped, queue.bytes, queue.length]).toEqual([0, 0, 0]);
});

test('over its bytes it drops to the next key frame, and keeps the newest header of each kind', () => {
  const queue = createTagQueue(limits);
  const old = tag('videoHeader', 10);
  const header = tag('videoHeader', 11);
  const sound = tag('audioHeader', 2);
  for (const t of [old, tag('key', 300), header, sound, tag('video', 300)]) queue.push(t, 0);
  const key = tag('key', 300);
  queue.push(key, 0);
  const last = tag('video', 300);
  queue.push(last, 0);
  expect(drain(queue)).toEqual([header, sound, key, last]);
  expect(queue.dropped).toBe(2);
});

test('with no key frame waiting it drops all, and takes nothing until one comes', () => {
  const queue = createTagQueue(limits);
  queue.push(tag('key'), 0);
  queue.push(tag('video'), 0);
  queue.push(tag('video'), 2000);
  expect(queue.length).toBe(0);
  queue.push(tag('audio'), 2010);
  queue.push(tag('script'), 2010);
  queue.push(tag('audioHeader'), 2010);
  const key = tag('key');
  queue.push(key, 2020);
  expect(drain(queue).map((t) => t.header || t.key)).toEqual([true, true]);
  expect(queue.dropped).toBe(4);
});

test('a sound feed joins at any frame', () => {
  const queue = createTagQueue({ ...limits, maxBytes: 250, cutOn: 'any' });
  for (let i = 0; i < 5; i += 1) queue.push(tag('audio'), i);
  expect(queue.length).toBe(2);
  expect(queue.dropped).toBe(3);
});

test('for any sequence: bounded, starts on a key frame after a drop, no header lost', () => {
  const kinds = ['key', 'video', 'video', 'audio', 'videoHeader', 'audioHeader', 'take'] as const;
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    size: fc.integer({ min: 1, max: 500 }),
    wait: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = createTagQueue(limits);
      let now = 0;
      let pushed = 0;
      let taken = 0;
      let seenDrops = 0;
      let mustJoin = true;
      const lastHeader = { video: null as FlvTag | null, audio: null as FlvTag | null };
      const take = () => {
        const t = queue.shift();
        if (!t) return;
        if (t.header) {
          if (t.type !== 'script') lastHeader[t.type] = t;
          return;
        }
        taken += 1;
        if (mustJoin && t.type === 'video') {
          expect(t.key).toBe(true);
          mustJoin = false;
        }
      };
      const newest = { video: null as FlvTag | null, audio: null as FlvTag | null };
      queue.push(tag('key', 1), now);
      pushed += 1;
      for (const { kind, size, wait } of steps) {
        now += wait;
        if (kind === 'take') {
          take();
          continue;
        }
        const t = tag(kind, size);
        if (t.header && t.type !== 'script') newest[t.type] = t;
        else pushed += 1;
        queue.push(t, now);
        if (queue.dropped > seenDrops) {
          seenDrops = queue.dropped;
          mustJoin = true;
        }
        if (pushed > taken + queue.dropped) {
          expect(queue.bytes).toBeLessThanOrEqual(limits.maxBytes);
        }
      }
      while (queue.length > 0) take();
      expect(taken + queue.dropped).toBe(pushed);
      expect(lastHeader).toEqual(newest);
    }),
  );
});
