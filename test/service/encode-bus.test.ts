// Always-encode with fake encoders: what goes out while they flow, are slow, die, hang or get other settings.
import { describe, expect, it } from 'vitest';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import { always, encodeBench, expectSound, marks, plain } from './encode-bench.ts';

describe('always-encode off', () => {
  it('has consumers on the bus itself, and no encoder', async () => {
    const { bus, below, all, got, pass } = encodeBench();
    bus.encode(plain);
    bus.run(true);
    below.send(1);
    await pass(3000);
    expect(all).toEqual([]);
    const direct: FlvTag[] = [];
    below.tap.attach((tag) => direct.push(tag));
    const from = got.length;
    await pass(400);
    // The very same tags, not copies of them.
    expect(
      got.slice(from).every(({ tag }, i) => tag === direct.slice(-(got.length - from))[i]),
    ).toBe(true);
    expect(bus.report()).toEqual(below.report());
    expect(bus.tap.flowing).toBe(true);
    bus.close();
  });
});

describe('always-encode on', () => {
  it('shows the slate until the encoder flows steadily, then what it encodes', async () => {
    const { bus, below, all, got, pass } = encodeBench();
    bus.encode(always);
    expect(all).toHaveLength(0);
    below.send(1);
    bus.run(true);
    await pass(100);
    expect(bus.report()).toMatchObject({ source: 'slate', feeding: 'slate', slate: 'rendered' });
    expect(bus.tap.flowing).toBe(true);
    await pass(2000);
    expect(all).toHaveLength(1);
    expect(bus.report()).toMatchObject({ source: 'live', feeding: 'program', slate: 'encoded' });
    // Another encoder upstream: nothing of it is seen behind ours.
    below.send(2);
    await pass(2000);
    expect(marks(got)).toEqual([50, 100]);
    expectSound(got, 150);
    bus.close();
    expect(all[0]?.ended).toBe('kill');
  });

  it('says for a while that the machine was too slow for it', async () => {
    const { bus, below, all, pass } = encodeBench();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2000);
    expect(bus.encoderSlow()).toBe(false);
    all[0]?.drop(30);
    await pass(200);
    expect(bus.encoderSlow()).toBe(true);
    await pass(15_000);
    expect(bus.encoderSlow()).toBe(false);
    all[0]?.drop(1);
    await pass(200);
    bus.encode(plain);
    await pass(2000);
    expect(bus.encoderSlow()).toBe(false);
    bus.close();
  });

  it('covers the death of the encoder at once, and starts another', async () => {
    const { bus, below, all, got, said, pass } = encodeBench();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    for (let n = 1; n <= 3; n += 1) {
      all.at(-1)?.die();
      await pass(60);
      expect(bus.report()).toMatchObject({ source: 'slate', slate: 'rendered' });
      await pass(3000);
      expect(all).toHaveLength(n + 1);
      expect(bus.report()).toMatchObject({ source: 'live', slate: 'encoded' });
    }
    expect(marks(got)).toEqual([50, 100, 50, 100, 50, 100, 50, 100]);
    expectSound(got, 200);
    expect(said.filter((line) => line === 'the encoder ended')).toHaveLength(3);
    bus.close();
  });

  it('kills one that hangs while it is fed, after its slate is on', async () => {
    const { bus, below, all, got, said, pass } = encodeBench();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    all[0]?.hang();
    await pass(1000);
    expect(bus.report().source).toBe('slate');
    expect(all[0]?.ended).toBeNull();
    await pass(1300);
    expect(all[0]?.ended).toBe('kill');
    expect(said).toContain('the encoder hangs');
    await pass(3000);
    expect(all).toHaveLength(2);
    expect(bus.report().slate).toBe('encoded');
    expectSound(got, 1000);
    bus.close();
  });

  it('does not blame an encoder that is not fed, and freezes its last picture without a slate', async () => {
    const { bus, below, all, got, pass } = encodeBench(null);
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    below.halt();
    await pass(6000);
    expect(all).toHaveLength(1);
    expect(all[0]?.ended).toBeNull();
    expect(bus.report()).toMatchObject({ source: 'slate', slate: 'freeze' });
    // Of one encoder, so that headers never change.
    expect(got.filter(({ tag }) => tag.header && tag.type === 'video')).toHaveLength(1);
    expectSound(got, 1000);
    bus.close();
  });

  it('tries again for ever, ever more patiently', async () => {
    const { bus, below, all, pass } = encodeBench();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    for (let i = 0; i < 4000 && all.length < 12; i += 1) {
      all.at(-1)?.die();
      await pass(40);
    }
    expect(all).toHaveLength(12);
    const before = all.length;
    all.at(-1)?.die();
    await pass(2400);
    expect(all).toHaveLength(before);
    await pass(2800);
    expect(all).toHaveLength(before + 1);
    bus.close();
  });

  it('starts another for other settings, and none for another name', async () => {
    const { bus, below, all, got, pass } = encodeBench();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    bus.encode({ ...always, name: 'Otro nombre' });
    await pass(500);
    expect(all).toHaveLength(1);
    bus.encode({ ...always, videoKbps: 500 });
    expect(all[0]?.ended).toBe('end');
    await pass(2500);
    expect(all).toHaveLength(2);
    expect(bus.report().slate).toBe('encoded');
    expectSound(got, 200);
    bus.close();
  });

  it('ends with the transmission, and time goes on in the next', async () => {
    const { bus, below, all, got, pass } = encodeBench();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    bus.run(false);
    expect(bus.tap.flowing).toBe(false);
    expect(all[0]?.ended).toBe('end');
    const before = got.length;
    await pass(2000);
    expect(got).toHaveLength(before);
    bus.run(true);
    await pass(2500);
    expect(bus.report().slate).toBe('encoded');
    bus.run(false);
    bus.encode(plain);
    await pass(1000);
    bus.run(true);
    await pass(1000);
    expect(bus.report().slate).toBe('captured');
    expect(marks(got)).toEqual([50, 100, 50, 100, 1]);
    expectSound(got, 3000);
    bus.close();
  });
});
