// The order to air is a pure function of the facts, and limits are said in numbers.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { airContractVersion, airOrder } from '../../server/contract/air-link.ts';
import type { AirOutputOrder } from '../../server/contract/air-link.ts';
import { limitWarnings } from '../../server/outputs/limits.ts';
import { orderContent, sameOrder, type OrderFacts } from '../../server/outputs/order.ts';
import { destinationProfiles, encoder720, station } from '../service/outputs-samples.ts';

const facts: OrderFacts = {
  live: true,
  encoder: encoder720,
  station,
  rtmpPort: 1936,
  programKey: 'program-key',
  playKey: 'play-key',
  backupKey: null,
  bypass: 'backup',
  forceSlate: false,
  slatePicture: null,
  feeds: [
    { id: 'b-1', key: 'kb' },
    { id: 'a-1', key: 'ka' },
  ],
  outputs: [
    {
      id: 'o2',
      kind: 'icecast',
      run: false,
      url: 'icecast://h/am',
      key: 'p',
      settings: { lowpassHz: 5000, bitrateKbps: 96 },
      backupUrl: null,
      folder: null,
    },
    {
      id: 'o1',
      kind: 'rtmp',
      run: true,
      url: 'rtmp://h/live',
      key: null,
      settings: null,
      backupUrl: null,
      folder: null,
    },
  ],
};

describe('orderContent', () => {
  it('is a whole order that the contract accepts', () => {
    const order = { ...orderContent(facts), rev: 1, issuedAt: 2 };
    expect(airOrder.parse(order)).toEqual(order);
    expect(order.contract).toBe(airContractVersion);
    expect(order.slate).toEqual({
      name: 'Estación de Prueba',
      text: 'Ya regresamos',
      background: '#101820',
      foreground: '#f0f0f0',
    });
    expect(order.outputs.map((o) => o.id)).toEqual(['o1', 'o2']);
    expect(order.ingest.feeds.map((f) => f.id)).toEqual(['a-1', 'b-1']);
  });

  it('does not depend on the order in which its facts were gathered', () => {
    const output = fc.record<AirOutputOrder>({
      id: fc.stringMatching(/^[a-z0-9-]{1,12}$/),
      kind: fc.constantFrom('rtmp', 'icecast'),
      run: fc.boolean(),
      url: fc.string(),
      key: fc.option(fc.string()),
      settings: fc.constant(null),
      backupUrl: fc.constant(null),
      folder: fc.constant(null),
    });
    const lists = fc
      .uniqueArray(output, { selector: (o) => o.id, maxLength: 12 })
      .chain((list) =>
        fc.tuple(
          fc.constant(list),
          fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
        ),
      );
    fc.assert(
      fc.property(lists, ([a, b]) => {
        const one = orderContent({ ...facts, outputs: a });
        const other = orderContent({ ...facts, outputs: b });
        expect(JSON.stringify(one)).toBe(JSON.stringify(other));
        expect(sameOrder(one, other)).toBe(true);
      }),
    );
  });

  it('drops what air has no business knowing', () => {
    const output = { ...facts.outputs[1]!, name: 'Facebook', withAir: true };
    expect(Object.keys(orderContent({ ...facts, outputs: [output] }).outputs[0]!)).toEqual([
      'id',
      'kind',
      'run',
      'url',
      'key',
      'settings',
      'backupUrl',
      'folder',
    ]);
  });

  it('tells two orders apart by any change', () => {
    expect(sameOrder(orderContent(facts), orderContent({ ...facts, live: false }))).toBe(false);
    expect(sameOrder(orderContent(facts), orderContent({ ...facts, playKey: 'other' }))).toBe(
      false,
    );
  });
});

describe('limitWarnings', () => {
  const facebook = destinationProfiles['facebook']!;
  it('says nothing of a signal that fits', () => {
    expect(limitWarnings(facebook, encoder720)).toEqual([]);
  });
  it('names each limit that is passed, with both numbers', () => {
    const heavy = { ...encoder720, videoKbps: 8000, audioKbps: 192, keyframeSeconds: 4 };
    const said = limitWarnings(
      {
        ...facebook,
        limits: { ...facebook.limits, maxKeyframeSeconds: 2, maxHeight: 480, minVideoKbps: 9000 },
      },
      heavy,
    );
    expect(said.map((w) => w.en)).toEqual([
      'video runs at 8000 kb/s and it takes up to 6000',
      'video runs at 8000 kb/s and it wants at least 9000',
      'audio runs at 192 kb/s and it takes up to 128',
      'there is a key frame every 4 s and it wants one every 2 s',
      'the picture has 720 lines and it takes up to 480',
    ]);
  });
  it('judges a vertical output by its own encode', () => {
    const vertical = destinationProfiles['vertical']!;
    const limits = { ...vertical.limits, maxHeight: 720 };
    const own = (settings: object) =>
      limitWarnings({ ...vertical, limits }, { ...encoder720, videoKbps: 9000 }, { ...settings });
    expect(own({ videoKbps: 2500 })).toEqual([]);
    expect(own({ videoKbps: 5000, width: 1080 }).map((w) => w.en)).toEqual([
      'video runs at 5000 kb/s and it takes up to 4000',
      'the picture has 1080 lines and it takes up to 720',
    ]);
  });
  it('leaves radio alone: it encodes for itself', () => {
    const radio = destinationProfiles['radio']!;
    expect(
      limitWarnings({ ...radio, limits: { ...radio.limits, maxAudioKbps: 10 } }, encoder720),
    ).toEqual([]);
  });
});
