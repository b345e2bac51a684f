// HTTP for web players' files: the playlist that waits for what was asked, and media that never changes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HlsRooms } from './rooms.ts';
import type { HlsStream } from './stream.ts';

const playlistName = 'live.m3u8';

/** `/hls/<output id>/<file>`; null for any other path. */
export function hlsPath(path: string): { id: string; file: string } | null {
  const found = /^\/hls\/([A-Za-z0-9_-]{1,60})\/([a-z0-9.-]{1,80})$/.exec(path);
  return found?.[1] && found[2] ? { id: found[1], file: found[2] } : null;
}

/** Answers a GET that may be answered: the caller has checked who asks. Never throws. */
export async function serveHls(
  rooms: HlsRooms,
  { id, file }: { id: string; file: string },
  query: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const stream = rooms.stream(id);
  if (!stream) return answer(response, 404);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (file === playlistName) await servePlaylist(stream, query ?? '', gone.signal, response);
  else await serveFile(stream, file, gone.signal, response);
  // A request is never read further than its head; one with a body is not ours.
  request.resume();
}

async function servePlaylist(
  stream: HlsStream,
  query: string,
  signal: AbortSignal,
  response: ServerResponse,
): Promise<void> {
  const asked = askedOf(new URLSearchParams(query));
  if (asked === null) return answer(response, 400);
  const { msn, part, skip } = asked;
  if (msn !== null) {
    if (stream.beyond(msn, part)) return answer(response, 400);
    // RFC 8216bis 6.2.5.2: after three target durations without it, 503.
    const ms = 3 * stream.targetSeconds * 1000;
    if (!(await stream.wait(() => stream.has(msn, part), ms, signal))) return later(response);
  }
  const text = stream.playlist(skip);
  if (text === null) return later(response);
  // What was waited for is the same for all who ask; without waiting it is soon out of date.
  const seconds = msn === null ? 1 : 6 * stream.targetSeconds;
  answer(response, 200, 'application/vnd.apple.mpegurl', `public, max-age=${seconds}`, [
    Buffer.from(text),
  ]);
}

async function serveFile(
  stream: HlsStream,
  name: string,
  signal: AbortSignal,
  response: ServerResponse,
): Promise<void> {
  let found = stream.file(name);
  if (found === 'soon') {
    const ms = 3 * stream.targetSeconds * 1000;
    await stream.wait(() => stream.file(name) !== 'soon', ms, signal);
    found = stream.file(name);
  }
  if (found === null) return answer(response, 404);
  if (found === 'soon') return later(response);
  answer(response, 200, 'video/mp4', 'public, max-age=31536000, immutable', found);
}

/** The delivery directives of a playlist request; null when they make no sense. */
function askedOf(
  query: URLSearchParams,
): { msn: number | null; part: number | null; skip: boolean } | null {
  const msn = whole(query.get('_HLS_msn'));
  const part = whole(query.get('_HLS_part'));
  const skip = query.get('_HLS_skip');
  if (Number.isNaN(msn) || Number.isNaN(part) || (part !== null && msn === null)) return null;
  if (skip !== null && skip !== 'YES' && skip !== 'v2') return null;
  return { msn, part, skip: skip !== null };
}

/** NaN for what is no whole number. */
function whole(text: string | null): number | null {
  if (text === null) return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

function later(response: ServerResponse): void {
  response.setHeader('Retry-After', '1');
  answer(response, 503);
}

function answer(
  response: ServerResponse,
  status: number,
  type = 'text/plain',
  caching = 'no-store',
  body: readonly Buffer[] = [],
): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': type,
    'cache-control': caching,
    'content-length': body.reduce((sum, piece) => sum + piece.length, 0),
  });
  for (const piece of body) response.write(piece);
  response.end();
}
