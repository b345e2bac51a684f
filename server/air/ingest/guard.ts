// Who may publish, play or connect: pure decisions, so that each can be read and tested alone.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IngestLimits } from './limits.ts';

/** What the ingest lets in; replaced whole by each order. */
export interface IngestSettings {
  readonly rtmpPort: number;
  /** `/program/main?k=<programKey>` publishes the program. */
  readonly programKey: string;
  /** `/program/backup?k=<backupKey>` publishes the backup encoder; without a key nobody does. */
  readonly backupKey?: string | null;
  /** `?k=<playKey>` plays anything, over RTMP or HTTP-FLV. */
  readonly playKey: string;
  /** `/field/<id>?k=<key>` publishes a feed. Ids of letters, digits, `_` and `-` only. */
  readonly feeds: readonly { readonly id: string; readonly key: string }[];
}

/** Why somebody was turned away. */
export type Refusal =
  'wrongKey' | 'unknownPath' | 'busy' | 'malformed' | 'injection' | 'tooMany' | 'notAllowed';

/** What a client asks for: an application, a name inside it, and the key it presents. */
export interface PathRequest {
  readonly app: string;
  readonly name: string;
  readonly key: unknown;
}

/** `path` is `program/main`, `program/backup` or `field/<id>`; `key` the one that was right, to notice its rotation. */
export type Admission =
  | { readonly ok: true; readonly path: string; readonly key: string }
  | { readonly ok: false; readonly reason: Refusal };

/** The one path of the program. */
export const programPath = 'program/main';

/** The one path of the backup encoder. */
export const backupPath = 'program/backup';

/** The path of a field feed. */
export function feedPath(id: string): string {
  return `field/${id}`;
}

/** Compares in a time that does not tell how much of the key was right; an empty key never matches. */
export function keyMatches(expected: string, presented: unknown): boolean {
  if (typeof presented !== 'string' || expected.length === 0) return false;
  return timingSafeEqual(digest(expected), digest(presented));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The key that publishes on a path; null when the order knows no such path. */
export function publishKey(settings: IngestSettings, path: string): string | null {
  if (path === programPath) return settings.programKey;
  if (path === backupPath) return settings.backupKey ?? null;
  const feed = settings.feeds.find((f) => feedPath(f.id) === path);
  return feed && safeName.test(feed.id) ? feed.key : null;
}

// The media server itself ends connections whose names have other characters.
const safeName = /^[A-Za-z0-9_-]{1,100}$/;

/** Whether this request may publish: an exact known path, and that path's own key. */
export function admitPublish(settings: IngestSettings, request: PathRequest): Admission {
  const path = `${request.app}/${request.name}`;
  const expected = publishKey(settings, path);
  if (expected === null) return { ok: false, reason: 'unknownPath' };
  if (!keyMatches(expected, request.key)) return { ok: false, reason: 'wrongKey' };
  return { ok: true, path, key: expected };
}

/** Whether this request may play: an exact known path, and the key of readers. */
export function admitPlay(settings: IngestSettings, request: PathRequest): Admission {
  const path = `${request.app}/${request.name}`;
  if (publishKey(settings, path) === null) return { ok: false, reason: 'unknownPath' };
  if (!keyMatches(settings.playKey, request.key)) return { ok: false, reason: 'wrongKey' };
  return { ok: true, path, key: settings.playKey };
}

/** Whether an admission made earlier still holds under `settings`. */
export function stillAdmitted(
  settings: IngestSettings,
  role: 'publisher' | 'player',
  admitted: { readonly path: string; readonly key: string },
): boolean {
  const expected = publishKey(settings, admitted.path);
  if (expected === null) return false;
  return keyMatches(role === 'publisher' ? expected : settings.playKey, admitted.key);
}

/**
 * Whether the present publisher gives way to a newcomer with the right key: a phone that lost its
 * network comes back while its dead connection still lingers here.
 */
export function givesWay(limits: IngestLimits, silentMs: number): boolean {
  return silentMs >= limits.takeoverMs;
}

/** An address as people write it: IPv4 without its IPv6 mapping. */
export function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Whether the address is this machine's loopback. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || plain.startsWith('127.');
}

/** Who shares a limit: one IPv4 address, or one IPv6 /64 (a single customer owns all of it). */
export function remoteGroup(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4);
  return groups.map((g) => g.toLowerCase().replace(/^0+(?=.)/, '')).join(':');
}

export interface ConnectionCounter {
  /** Counts one connection in; null when a limit is reached. Call the result once when it closed. */
  enter(address: string): (() => void) | null;
}

/** Counts the open connections against the limits. */
export function connectionCounter(limits: IngestLimits): ConnectionCounter {
  const groups = new Map<string, number>();
  let total = 0;
  let local = 0;
  return {
    enter(address) {
      if (isLoopback(address)) {
        if (local >= limits.local) return null;
        local += 1;
        return once(() => {
          local -= 1;
        });
      }
      const group = remoteGroup(address);
      const there = groups.get(group) ?? 0;
      if (total >= limits.total || there >= limits.perRemote) return null;
      total += 1;
      groups.set(group, there + 1);
      return once(() => {
        total -= 1;
        const left = (groups.get(group) ?? 1) - 1;
        if (left === 0) groups.delete(group);
        else groups.set(group, left);
      });
    },
  };
}

function once(fn: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    fn();
  };
}
