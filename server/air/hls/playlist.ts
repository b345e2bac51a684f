// The media playlist of low-latency HLS (RFC 8216bis), and the names of what it lists. Pure.

export interface ListedPart {
  readonly seconds: number;
  readonly independent: boolean;
}

export interface ListedSegment {
  /** Media sequence number. */
  readonly msn: number;
  /** Epoch ms at which its first picture left. */
  readonly at: number;
  /** Number of its initialisation segment. */
  readonly init: number;
  /** Its pictures do not continue those before it. */
  readonly discontinuity: boolean;
  readonly parts: readonly ListedPart[];
  /** False while parts may still be added: the newest, or none. */
  readonly complete: boolean;
}

export interface PlaylistFacts {
  /** What makes names unique over restarts: `[a-z0-9]+`. */
  readonly session: string;
  /** Oldest first; at most the last one is not complete. */
  readonly segments: readonly ListedSegment[];
  /** Sequence number of the first discontinuity in the list. */
  readonly discontinuitySequence: number;
  /** Bound of a segment, whole seconds. */
  readonly targetSeconds: number;
  /** Aimed at for a part, seconds; a longer one that is listed raises it. */
  readonly partSeconds: number;
  /** Nothing will be added any more. */
  readonly ended: boolean;
}

/** File names of a session: never used again for other bytes, so that caches may keep them for ever. */
const names = {
  init: (session: string, init: number) => `${session}-i${init}.mp4`,
  part: (session: string, msn: number, index: number) => `${session}-${msn}.${index}.m4s`,
  segment: (session: string, msn: number) => `${session}-${msn}.m4s`,
};

/** Seconds of a segment's parts. */
export function secondsOf(segment: Pick<ListedSegment, 'parts'>): number {
  return segment.parts.reduce((sum, part) => sum + part.seconds, 0);
}

/** The part that comes next, by number. */
export function nextPart(segments: readonly ListedSegment[]): { msn: number; index: number } {
  const last = segments.at(-1);
  if (!last) return { msn: 0, index: 0 };
  return last.complete
    ? { msn: last.msn + 1, index: 0 }
    : { msn: last.msn, index: last.parts.length };
}

/** A client that kept an older playlist may leave out what is older than this many target durations. */
const skipTargets = 6;
/** Parts are only of use near the end of the list. */
const partTargets = 3;

/** The playlist as text; with `skip` as an update for a player that has the rest (`_HLS_skip=YES`). */
export function playlistText(facts: PlaylistFacts, skip: boolean): string {
  const { session, segments, targetSeconds: target } = facts;
  const total = segments.reduce((sum, s) => sum + secondsOf(s), 0);
  const listed = segments.map((segment) => ({ segment, secondsAfter: 0 }));
  let after = 0;
  for (const entry of listed.toReversed()) {
    entry.secondsAfter = after;
    after += secondsOf(entry.segment);
  }
  const withParts = listed.filter((l) => l.secondsAfter < partTargets * target);
  const longest = Math.max(0, ...withParts.flatMap((l) => l.segment.parts.map((p) => p.seconds)));
  const partTarget = Math.max(facts.partSeconds, longest);
  const skipped = skip
    ? listed.filter((l) => l.secondsAfter >= skipTargets * target && l.segment.complete).length
    : 0;
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:9',
    `#EXT-X-TARGETDURATION:${target}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=${decimal(skipTargets * target)},HOLD-BACK=${decimal(3 * target)},PART-HOLD-BACK=${decimal(3 * partTarget)}`,
    `#EXT-X-PART-INF:PART-TARGET=${decimal(partTarget)}`,
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.msn ?? 0}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${facts.discontinuitySequence}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
  if (skipped > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`);
  let init: number | null = null;
  for (const { segment, secondsAfter } of listed.slice(skipped)) {
    if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
    if (segment.init !== init) {
      lines.push(`#EXT-X-MAP:URI="${names.init(session, segment.init)}"`);
      init = segment.init;
    }
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.at).toISOString()}`);
    if (secondsAfter < partTargets * target) {
      segment.parts.forEach((part, index) => {
        const independent = part.independent ? ',INDEPENDENT=YES' : '';
        const uri = names.part(session, segment.msn, index);
        lines.push(`#EXT-X-PART:DURATION=${decimal(part.seconds)},URI="${uri}"${independent}`);
      });
    }
    if (!segment.complete) continue;
    lines.push(`#EXTINF:${decimal(secondsOf(segment))},`, names.segment(session, segment.msn));
  }
  if (facts.ended) lines.push('#EXT-X-ENDLIST');
  else if (total > 0) {
    const { msn, index } = nextPart(segments);
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${names.part(session, msn, index)}"`);
  }
  return `${lines.join('\n')}\n`;
}

/** Seconds with at most five decimals: more than any clock of ours holds. */
function decimal(seconds: number): string {
  return String(Number(seconds.toFixed(5)));
}
