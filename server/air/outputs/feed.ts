// Which of the bus's tags a worker is fed, and the FLV file header that announces them.
import { flvFileHeader, type FlvTag } from '../bus/flv-tag.ts';

/** `all`: the program as it is; `audio`: its sound alone. */
export type Takes = 'all' | 'audio';

/** FLV's flags byte: 4 = audio, 1 = video. A file that announces video makes ffmpeg wait for it. */
export function fileHeaderFor(takes: Takes): Buffer {
  if (takes === 'all') return flvFileHeader;
  const header = Buffer.from(flvFileHeader);
  header[4] = 4;
  return header;
}

/**
 * Whether a tag goes to the worker; `replaying` while the bus hands over its newest pictures: a
 * sound feed joins at now instead, or it would be late by that much for as long as it runs.
 */
export function feedFilter(takes: Takes): (tag: FlvTag, replaying: boolean) => boolean {
  if (takes === 'all') return () => true;
  return (tag, replaying) => tag.type === 'audio' && (tag.header || !replaying);
}
