// Bytes of an FLV stream, in any chunking, to tags: holds at most one tag, refuses what is not FLV.
import { StudioError } from '../../core/errors.ts';
import { makeTag, tagTypeOf, type FlvTag } from './flv-tag.ts';

export interface FlvParser {
  /**
   * The tags completed by `chunk`, in order. Throws StudioError `invalid` on anything that is not
   * FLV; from then on every call throws the same error: drop the stream and start anew.
   */
  push(chunk: Buffer): FlvTag[];
}

/** A key frame of 1080p at 20 Mb/s is well under 1 MB; 8 MB leaves room and bounds a lie. */
const defaultMaxTagBytes = 8 * 1024 * 1024;
/** Signature, version, flags, header length; a header may announce more bytes, to be skipped. */
const fileHeaderBytes = 9;
const maxFileHeaderBytes = 64;
const tagHeaderBytes = 11;

/** What the next bytes are: fixed-size pieces land in `scratch`, tag data in its own buffer. */
type Expecting = 'fileHeader' | 'skip' | 'firstPrevious' | 'tagHeader' | 'body' | 'previous';

/** Makes a parser for one stream. `maxTagBytes` bounds one tag's data. */
export function createFlvParser(maxTagBytes = defaultMaxTagBytes): FlvParser {
  const scratch = Buffer.alloc(maxFileHeaderBytes);
  let expecting: Expecting = 'fileHeader';
  let target: Buffer = scratch;
  let wanted = fileHeaderBytes;
  let filled = 0;
  let type: FlvTag['type'] = 'script';
  let timestamp = 0;
  let body: Buffer = Buffer.alloc(0);
  let failed: StudioError | null = null;

  function expect(next: Expecting, bytes: number, into: Buffer = scratch): void {
    expecting = next;
    wanted = bytes;
    target = into;
    filled = 0;
  }

  function fileHeader(): void {
    if (scratch.toString('latin1', 0, 3) !== 'FLV' || scratch[3] !== 1) throw garbage('signature');
    const length = scratch.readUInt32BE(5);
    if (length < fileHeaderBytes || length > maxFileHeaderBytes) throw garbage('header length');
    if (length > fileHeaderBytes) expect('skip', length - fileHeaderBytes);
    else expect('firstPrevious', 4);
  }

  function tagHeader(): void {
    const named = tagTypeOf(scratch[0] ?? 0);
    if (!named) throw garbage('tag type');
    if (scratch.readUIntBE(8, 3) !== 0) throw garbage('stream id');
    const size = scratch.readUIntBE(1, 3);
    if (size > maxTagBytes) throw garbage('tag size');
    type = named;
    timestamp = (scratch[7] ?? 0) * 2 ** 24 + scratch.readUIntBE(4, 3);
    body = Buffer.allocUnsafe(size);
    if (size > 0) expect('body', size, body);
    else expect('previous', 4);
  }

  /** The piece in `target` is complete: reads it and says what comes next. */
  function complete(out: FlvTag[]): void {
    switch (expecting) {
      case 'fileHeader':
        return fileHeader();
      case 'skip':
        return expect('firstPrevious', 4);
      case 'firstPrevious':
        return expect('tagHeader', tagHeaderBytes);
      case 'tagHeader':
        return tagHeader();
      case 'body':
        return expect('previous', 4);
      case 'previous':
        if (scratch.readUInt32BE(0) !== body.length + tagHeaderBytes) throw garbage('tag end');
        out.push(makeTag(type, timestamp, body));
        return expect('tagHeader', tagHeaderBytes);
    }
  }

  return {
    push(chunk) {
      if (failed) throw failed;
      const out: FlvTag[] = [];
      let at = 0;
      try {
        while (at < chunk.length) {
          const n = Math.min(wanted - filled, chunk.length - at);
          chunk.copy(target, filled, at, at + n);
          filled += n;
          at += n;
          if (filled === wanted) complete(out);
        }
      } catch (error) {
        failed = error instanceof StudioError ? error : garbage('reading', error);
        throw failed;
      }
      return out;
    },
  };
}

function garbage(where: string, cause?: unknown): StudioError {
  return new StudioError(
    'invalid',
    {
      es: `Lo que llegó no es un flujo FLV (${where}).`,
      en: `What arrived is not an FLV stream (${where}).`,
    },
    { cause, context: { where } },
  );
}
