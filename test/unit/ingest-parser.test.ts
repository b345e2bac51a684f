// The library's real RTMP parser under our bounds: whatever arrives, it ends, and holds a bounded amount.
import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../server/air/ingest/limits.ts';
import { boundParser, TurnedAway, type RtmpParser } from '../../server/air/ingest/rtmp-limits.ts';
import { amf0, rtmpMessage } from '../kit/rtmp-client.ts';

const load = createRequire(import.meta.url);
const Rtmp = load('node-media-server/src/protocol/rtmp.js') as new () => RtmpParser & {
  flv: unknown;
  parserData(data: Buffer): string | null;
  dataHandler(): void;
};
const logger = load('node-media-server/src/core/logger.js') as { log: () => void };
logger.log = () => undefined;

function parser(publishing: boolean) {
  const rtmp = new Rtmp();
  rtmp.flv = null;
  rtmp.dataHandler = () => undefined;
  boundParser(rtmp, defaultLimits, () => publishing);
  rtmp.parserData(Buffer.alloc(1 + 2 * 1536, 3));
  return rtmp;
}

function held(rtmp: RtmpParser): number {
  let bytes = 0;
  for (const packet of rtmp.inPackets.values()) bytes += packet.capacity;
  return bytes;
}

/** Feeds all of it as the guard does: stops at the first throw. Returns what was thrown. */
function feed(rtmp: InstanceType<typeof Rtmp>, chunks: readonly Buffer[]): unknown {
  try {
    for (const chunk of chunks) rtmp.parserData(chunk);
  } catch (error) {
    return error;
  }
  return null;
}

const header = fc
  .record({
    format: fc.nat({ max: 3 }),
    cid: fc.integer({ min: 2, max: 8 }),
    time: fc.constantFrom(0, 40, 0xfffffe, 0xffffff),
    length: fc.oneof(fc.nat({ max: 600 }), fc.constantFrom(0, 65_536, 0xffffff)),
    type: fc.constantFrom(1, 2, 3, 5, 8, 9, 15, 17, 18, 20, 99),
    payload: fc.uint8Array({ maxLength: 300 }),
  })
  .map((h) => {
    const size = [12, 8, 4, 1][h.format] ?? 1;
    const bytes = Buffer.alloc(12);
    bytes[0] = (h.format << 6) | h.cid;
    bytes.writeUIntBE(h.time, 1, 3);
    bytes.writeUIntBE(h.length, 4, 3);
    bytes[7] = h.type;
    return Buffer.concat([bytes.subarray(0, size), h.payload]);
  });

describe('the bounded parser', () => {
  it('ends and stays within its share for any sequence of chunks', () => {
    const input = fc.array(fc.oneof(header, fc.uint8Array({ maxLength: 400 })), { maxLength: 40 });
    fc.assert(
      fc.property(input, fc.boolean(), (parts, publishing) => {
        const rtmp = parser(publishing);
        feed(
          rtmp,
          parts.map((p) => Buffer.from(p)),
        );
        const share = publishing ? defaultLimits.sessionBuffers : 4 * defaultLimits.otherMessage;
        expect(held(rtmp)).toBeLessThanOrEqual(share + 1024 * defaultLimits.chunkStreams);
        expect(rtmp.inPackets.size).toBeLessThanOrEqual(defaultLimits.chunkStreams + 1);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes what real encoders send, in any pieces', () => {
    const bytes = Buffer.concat([
      rtmpMessage(1, 0, Buffer.from([0, 0, 16, 0]), { cid: 2 }),
      rtmpMessage(20, 0, amf0('releaseStream', 2, null, 'x'), { chunk: 4096 }),
      rtmpMessage(9, 0, Buffer.alloc(300_000, 1), { cid: 6, chunk: 4096, stream: 1 }),
      rtmpMessage(8, 0x1000000, Buffer.alloc(9000, 1), { cid: 4, chunk: 4096, stream: 1 }),
      rtmpMessage(9, 0x1000000, Buffer.alloc(70_000, 1), { cid: 6, chunk: 4096, stream: 1 }),
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50_000 }), { maxLength: 60 }), (cuts) => {
        const rtmp = parser(true);
        const seen: [number, number, number][] = [];
        rtmp.dataHandler = () => {
          const { header: h, clock } = rtmp.parserPacket;
          seen.push([h.type, h.length, clock]);
        };
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        expect(feed(rtmp, chunks)).toBeNull();
        expect(seen).toEqual([
          [9, 300_000, 0],
          [8, 9000, 0x1000000],
          [9, 70_000, 0x1000000],
        ]);
      }),
    );
  });

  it.each([
    ['a stranger', false, 20, 65_537],
    ['a stranger with media', false, 9, 65_537],
    ['a publisher', true, 9, 8 * 2 ** 20 + 1],
    ["a publisher's command", true, 20, 65_537],
  ])('refuses a message too long for %s', (_who, publishing, type, length) => {
    const rtmp = parser(publishing);
    const error = feed(rtmp, [rtmpMessage(type, 0, Buffer.alloc(1), { length })]);
    expect(error).toBeInstanceOf(TurnedAway);
    expect(held(rtmp)).toBe(0);
  });

  it('refuses a message that changes half-way', () => {
    const begin = rtmpMessage(20, 0, Buffer.alloc(128), { length: 200 });
    for (const again of [
      rtmpMessage(20, 0, Buffer.alloc(1), { length: 100 }),
      rtmpMessage(20, 0, Buffer.alloc(1), { length: 60_000 }),
      rtmpMessage(9, 0, Buffer.alloc(1), { length: 200 }),
    ]) {
      expect(feed(parser(false), [begin, again])).toBeInstanceOf(TurnedAway);
    }
  });
});
