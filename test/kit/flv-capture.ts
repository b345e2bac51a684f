// Captures HTTP-FLV by what arrived, not by the clock: a starved machine sends late, but sends.
import { writeFile } from 'node:fs/promises';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { flvFileHeader, serialiseTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';

/**
 * Writes to `file` what `url` sends until its pictures span `mediaMs`, whole tags only. Throws when
 * the stream ends before, or has not brought them after a minute more.
 */
export async function captureFlv(url: string, file: string, mediaMs: number): Promise<void> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(mediaMs + 60_000) });
  if (!answer.ok || !answer.body) throw new Error(`${url}: ${answer.status}`);
  const parser = createFlvParser();
  const tags: FlvTag[] = [];
  let first: number | null = null;
  let spanMs = 0;
  for await (const chunk of answer.body) {
    for (const tag of parser.push(Buffer.from(chunk))) {
      tags.push(tag);
      if (tag.type !== 'video' || tag.header) continue;
      first ??= tag.timestamp;
      spanMs = tag.timestamp - first;
    }
    if (spanMs >= mediaMs) break;
  }
  if (spanMs < mediaMs) throw new Error(`${url} ended after ${spanMs} ms of pictures`);
  await writeFile(file, Buffer.concat([flvFileHeader, ...tags.map((tag) => serialiseTag(tag))]));
}
