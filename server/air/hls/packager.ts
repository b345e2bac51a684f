// From what one muxer was fed and what it wrote to the parts of a stream: which headers, when, whether it continues.
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { FlvTag } from '../bus/flv-tag.ts';
import { createBoxReader, type Box } from './boxes.ts';
import { fragmentFacts, tracksOf, type FragmentFacts, type Track } from './fragment.ts';
import { initSegment, type ProgramHeaders } from './init-segment.ts';
import type { HlsStream } from './stream.ts';
import { createTimelineLead } from './timeline-lead.ts';

export interface PackagerPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly stream: HlsStream;
}

/** What a worker does with the media its ffmpeg writes; one for each ffmpeg. */
export interface MediaSink {
  /** A tag on its way to ffmpeg, as it comes from the bus; it may yet be dropped. Never throws. */
  fed(tag: FlvTag): void;
  /** Bytes ffmpeg wrote. False when they make no sense: that ffmpeg is of no use any more. */
  read(chunk: Buffer): boolean;
}

/** A key frame that went in and has not come out yet. */
interface Key {
  /** ms, modulo 2^32, as FLV carries it. */
  readonly time: number;
  readonly headers: ProgramHeaders;
}

const wrapMs = 2 ** 32;
/** FLV counts in ms, the muxer in finer ticks: what both call the same moment. */
const sameMs = 3;
/** More keys on the way than any muxer holds back. */
const maxKeys = 64;
/** A hole in the timeline that players must be told of, ms. */
const holeMs = 200;
/** The largest box: a key frame distance of 8 s at 20 Mb/s is 20 MB. */
const maxBoxBytes = 32 * 1024 * 1024;

/** Makes the packager of one ffmpeg process, whose first fragment continues `stream` as far as it can. */
export function createPackager({ clock, log, stream }: PackagerPorts): MediaSink {
  const reader = createBoxReader(maxBoxBytes);
  let keys: Key[] = [];
  let fedHeaders: ProgramHeaders = { avc: null, aac: null };
  const lead = createTimelineLead();
  let ftyp: Box | null = null;
  let moov: Box | null = null;
  let tracks: readonly Track[] = [];
  let moof: Box | null = null;
  /** Where the last fragment ended, ms of the timeline; null before the first that was published. */
  let endMs: number | null = null;
  let broken = false;

  function fed(tag: FlvTag): void {
    if (tag.header) {
      // After FLV's own bytes: 5 before an AVC configuration, 2 before that of AAC.
      if (tag.type === 'video') fedHeaders = { ...fedHeaders, avc: tag.body.subarray(5) };
      else if (tag.type === 'audio') fedHeaders = { ...fedHeaders, aac: tag.body.subarray(2) };
      return;
    }
    if (tag.type === 'script') return;
    const time = wrapped(tag.timestamp);
    lead.saw(clock.mono(), time, endMs !== null);
    if (!tag.key) return;
    keys.push({ time, headers: fedHeaders });
    if (keys.length > maxKeys) keys = keys.slice(-maxKeys);
  }

  function take(box: Box): void {
    if (box.type === 'ftyp') ftyp = box;
    else if (box.type === 'moov') {
      moov = box;
      tracks = tracksOf(box);
    } else if (box.type === 'moof') moof = box;
    else if (box.type === 'mdat' && moof) {
      const facts = fragmentFacts(moof, tracks);
      if (facts) publish(facts, Buffer.concat([moof.bytes, box.bytes]));
      moof = null;
    }
  }

  function publish(facts: FragmentFacts, bytes: Buffer): void {
    if (facts.independent) lead.step();
    const at = epochOf(facts.startMs);
    if (facts.independent) useKey(facts.startMs);
    const joins = endMs === null;
    // A new ffmpeg is given the newest pictures again: what players have is not sent twice.
    if (joins && (!facts.independent || (stream.endsAt !== null && at < stream.endsAt - holeMs)))
      return;
    const hole = endMs !== null && Math.abs(facts.startMs - endMs) > holeMs;
    endMs = facts.startMs + facts.durationMs;
    stream.publish({
      bytes,
      at,
      seconds: facts.durationMs / 1000,
      independent: facts.independent,
      last: near(keys[0]?.time, endMs),
      discontinuity: joins || hole,
    });
  }

  /** Takes the key frame a fragment begins with off the list; its headers are those of the fragment. */
  function useKey(startMs: number): void {
    const index = keys.findIndex((key) => near(key.time, startMs));
    const key = keys[index];
    if (!key) {
      log.warn({ startMs }, 'a fragment begins with a key frame nobody sent');
      return;
    }
    keys = keys.slice(index + 1);
    if (ftyp && moov) stream.useInit(initSegment(ftyp, moov, key.headers));
  }

  /** When the bus sent the picture at `ms` of the timeline. */
  function epochOf(ms: number): number {
    const age = wrapped(clock.mono() - lead.ms - ms + wrapMs / 2) - wrapMs / 2;
    return Math.round(clock.now() - age);
  }

  return {
    fed,
    read(chunk) {
      if (broken) return false;
      try {
        for (const box of reader.push(chunk)) take(box);
      } catch (error) {
        broken = true;
        log.error({ err: error }, 'the muxer wrote what is no MP4');
      }
      return !broken;
    },
  };
}

function wrapped(ms: number): number {
  return ((ms % wrapMs) + wrapMs) % wrapMs;
}

/** Whether two times of the timeline, either of them wrapped or not, are the same. */
function near(a: number | undefined, b: number): boolean {
  if (a === undefined) return false;
  const distance = wrapped(a - b);
  return Math.min(distance, wrapMs - distance) <= sameMs;
}
