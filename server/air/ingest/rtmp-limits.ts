// Puts bounds on node-media-server's RTMP parser, which trusts every length it reads.
import type { IngestLimits } from './limits.ts';

/** What a client did to be cut off; `reply` is the RTMP status it is told first. */
export class TurnedAway extends Error {
  readonly reason: 'malformed' | 'injection' | 'wrongKey' | 'unknownPath' | 'busy' | 'notAllowed';
  readonly reply: string | null;
  constructor(reason: TurnedAway['reason'], reply: string | null = null) {
    super(reason);
    this.reason = reason;
    this.reply = reply;
  }
}

/** One chunk stream of the library's parser. */
export interface ParserPacket {
  readonly header: { readonly length: number; readonly type: number };
  clock: number;
  readonly payload: Buffer;
  readonly capacity: number;
  readonly bytes: number;
}

/** The steps of the library's parser that are bounded here. */
export interface RtmpParser {
  readonly inPackets: ReadonlyMap<number, ParserPacket>;
  readonly parserPacket: ParserPacket;
  packetParse(): void;
  packetAlloc(): void;
  controlHandler(): void;
}

const setChunkSize = 1;
const windowAcknowledgement = 5;

/**
 * Replaces the parser's steps on this one connection by bounded ones; they throw TurnedAway.
 * `publishing` tells whether the connection was admitted as a publisher by now.
 */
export function boundParser(
  rtmp: RtmpParser,
  limits: IngestLimits,
  publishing: () => boolean,
): void {
  const begun = new WeakMap<ParserPacket, { length: number; type: number }>();
  const parse = rtmp.packetParse.bind(rtmp);
  rtmp.packetParse = () => {
    parse();
    const packet = rtmp.parserPacket;
    if (rtmp.inPackets.size > limits.chunkStreams) throw new TurnedAway('malformed');
    const was = packet.bytes > 0 ? begun.get(packet) : undefined;
    // One that changes its length half-way makes the parser step back over what it has read, or write past the buffer.
    if (was && (was.length !== packet.header.length || was.type !== packet.header.type)) {
      throw new TurnedAway('malformed');
    }
  };

  const alloc = rtmp.packetAlloc.bind(rtmp);
  rtmp.packetAlloc = () => {
    const packet = rtmp.parserPacket;
    const { length, type } = packet.header;
    // RTMP timestamps wrap at 2^32 ms; the library would drop everything from there on.
    packet.clock %= 2 ** 32;
    const media = publishing() && (type === 8 || type === 9);
    if (length > (media ? limits.mediaMessage : limits.otherMessage)) {
      throw new TurnedAway('malformed');
    }
    if (packet.capacity < length) {
      let held = length;
      for (const other of rtmp.inPackets.values()) if (other !== packet) held += other.capacity;
      if (held > (publishing() ? limits.sessionBuffers : 4 * limits.otherMessage)) {
        throw new TurnedAway('malformed');
      }
    }
    begun.set(packet, { length, type });
    alloc();
  };

  const control = rtmp.controlHandler.bind(rtmp);
  rtmp.controlHandler = () => {
    const { header, payload } = rtmp.parserPacket;
    if (header.type === setChunkSize || header.type === windowAcknowledgement) {
      if (header.length < 4) throw new TurnedAway('malformed');
      const value = payload.readUInt32BE(0);
      if (header.type === setChunkSize && (value === 0 || value > 0x7fffffff)) {
        throw new TurnedAway('malformed');
      }
    }
    control();
  };
}
