// What air reports of a unit: its state, its evidence and its alarms.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fieldBench, type FieldBench } from './field-bench.ts';
import { alarmsUp } from './outputs-bench.ts';

let t: FieldBench;
beforeEach(async () => {
  t = await fieldBench();
});
afterEach(async () => {
  t.field.close();
  await t.close();
});

describe('what air reports', () => {
  it('becomes the state of the unit, with evidence of its coming and going', async () => {
    const { id } = await t.create('Móvil 1');
    await t.report({});
    await t.report({ [`${id}-1`]: t.sending(3900) });
    expect(t.store.get().field.units[id]).toMatchObject({
      state: 'live',
      bitrateKbps: 3900,
      feeds: [{ state: 'live', stream: { videoCodec: 'h264', width: 1280 } }],
      links: [{ label: 'RTMP', bitrateKbps: 3900, seenAt: t.clock.now() - 20 }],
    });
    await t.clock.advance(500);
    await t.report({ [`${id}-1`]: t.ended() });
    // Within one report of the end.
    expect(t.store.get().field.units[id]).toMatchObject({
      state: 'lost',
      bitrateKbps: 0,
      links: [],
      feeds: [
        {
          state: 'lost',
          stream: null,
          lastLoss: { text: 'La unidad cerró la transmisión o perdió la red.' },
        },
      ],
    });
    expect(alarmsUp(t.store)).toEqual([`feed-lost-${id}-1`]);
    expect(t.acts.map((a) => a.action)).toEqual(['field.live', 'field.show', 'field.lost']);
    await t.report({ [`${id}-1`]: t.sending() });
    expect(alarmsUp(t.store)).toEqual([]);
  });

  it('says in words that HEVC cannot be used', async () => {
    const { id } = await t.create('Móvil 1');
    await t.report({ [`${id}-1`]: t.sending(4000, 'hevc') });
    expect(t.store.get().field.units[id]!.feeds[0]!.notice).toEqual({
      text: 'La unidad envía HEVC; cámbiela a H.264.',
      textEn: 'The unit sends HEVC; change it to H.264.',
    });
    expect(alarmsUp(t.store)).toEqual([`feed-codec-${id}-1`]);
    await t.report({ [`${id}-1`]: t.sending(4000, 'h264') });
    expect(t.store.get().field.units[id]!.feeds[0]!.notice).toBeUndefined();
    expect(alarmsUp(t.store)).toEqual([]);
  });
});
