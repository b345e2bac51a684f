// Bytes of an FLV stream, in any chunking, to tags: holds at most one tag, refuses what is not FLV.
import { StudioError } from '../../core/errors.ts';
import { tagHeaderBytes, tagOfFrame, tagOverhead, tagTypeOf, type FlvTag } from './flv-tag.ts';

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

/** What the next bytes are; `rest` is a tag's data and the size of the whole tag behind it. */
type Expecting = 'fileHeader' | 'skip' | 'firstPrevious' | 'tagHeader' | 'rest';

/**
 * Makes a parser for one stream. `maxTagBytes` bounds one tag's data. A tag that lies whole in a chunk
 * keeps its place there: the chunk belongs to its tags afterwards.
 */
export function createFlvParser(maxTagBytes = defaultMaxTagBytes): FlvParser {
  const scratch = Buffer.alloc(maxFileHeaderBytes);
  let expecting: Expecting = 'fileHeader';
  let target: Buffer = scratch;
  let wanted = fileHeaderBytes;
  let filled = 0;
  let failed: StudioError | null = null;

  function expect(next: Expecting, bytes: number): void {
    expecting = next;
    wanted = bytes;
    target = scratch;
    filled = 0;
  }

  function fileHeader(): void {
    if (scratch.toString('latin1', 0, 3) !== 'FLV' || scratch[3] !== 1) throw garbage('signature');
    const length = scratch.readUInt32BE(5);
    if (length < fileHeaderBytes || length > maxFileHeaderBytes) throw garbage('header length');
    if (length > fileHeaderBytes) expect('skip', length - fileHeaderBytes);
    else expect('firstPrevious', 4);
  }

  /** Bytes of data behind the tag header at `at`; refuses what is none. */
  function sizeAt(bytes: Buffer, at: number): number {
    if (!tagTypeOf(bytes[at] ?? 0)) throw garbage('tag type');
    if (bytes.readUIntBE(at + 8, 3) !== 0) throw garbage('stream id');
    const size = bytes.readUIntBE(at + 1, 3);
    if (size > maxTagBytes) throw garbage('tag size');
    return size;
  }

  /** The tag in `frame`: header, data, and the size that must agree. */
  function tagIn(frame: Buffer): FlvTag {
    if (frame.readUInt32BE(frame.length - 4) !== frame.length - 4) throw garbage('tag end');
    const timestamp = (frame[7] ?? 0) * 2 ** 24 + frame.readUIntBE(4, 3);
    return tagOfFrame(tagTypeOf(frame[0] ?? 0) ?? 'script', timestamp, frame);
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
      case 'tagHeader': {
        const frame = Buffer.allocUnsafe(sizeAt(scratch, 0) + tagOverhead);
        scratch.copy(frame, 0, 0, tagHeaderBytes);
        expecting = 'rest';
        target = frame;
        wanted = frame.length;
        return;
      }
      case 'rest':
        out.push(tagIn(target));
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
          if (expecting === 'tagHeader' && filled === 0 && chunk.length - at >= tagOverhead) {
            const end = at + sizeAt(chunk, at) + tagOverhead;
            if (end <= chunk.length) {
              out.push(tagIn(chunk.subarray(at, end)));
              at = end;
              continue;
            }
          }
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
