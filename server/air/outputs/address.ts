// From an output's address and key to what ffmpeg is given: an address without secrets for its
// arguments, and option lines with them for a file that only it can read.
import type { AirOutputOrder } from '../../contract/air-link.ts';
import { srtSettings } from '../../contract/outputs.ts';
import { passphraseProblem } from '../../core/srt-passphrase.ts';
import type { Door } from './knock.ts';

/** Where a worker sends to. */
export interface Target {
  /** Address for the arguments: scheme, host, port and a path without secrets. */
  readonly url: string;
  /** Whether the connection is TLS, whose certificate is then always verified. */
  readonly tls: boolean;
  /** `option=value` lines of an ffmpeg preset: everything that must not be in the arguments. */
  readonly preset: readonly string[];
  /** What to take out of the worker's lines before anybody reads them. */
  readonly secrets: readonly string[];
  /** Where it listens on TCP; null for what is reached otherwise. */
  readonly door: Door | null;
}

/** An address no worker can use, with the reason in words for the log and the screen. */
export interface WrongTarget {
  readonly wrong: string;
}

/** ffmpeg reads preset lines into 1000 bytes and would cut a longer one in two. */
const maxPresetLine = 990;

/** What a target is made of. */
export type Addressed = Pick<AirOutputOrder, 'kind' | 'url' | 'key' | 'settings'>;

/** Of what stays on this machine. */
const local: Target = { url: '', tls: false, preset: [], secrets: [], door: null };

/** The target of an order, or why its address cannot be used. */
export function targetOf(order: Addressed): Target | WrongTarget {
  if (order.kind === 'recording' || order.kind === 'hls') return local;
  const parts = parse(order.url.trim());
  if (!parts) return { wrong: 'the address is not of the form scheme://host/…' };
  const target = kindTarget(order, parts);
  if ('wrong' in target) return target;
  for (const line of target.preset) {
    if (/[\r\n]/.test(line)) return { wrong: 'the address or the key has a line break in it' };
    if (Buffer.byteLength(line) > maxPresetLine) return { wrong: 'the key is too long' };
  }
  return target;
}

function kindTarget(order: Addressed, parts: Parts): Target | WrongTarget {
  if (order.kind === 'icecast') return icecast(parts, order.key);
  if (order.kind === 'srt') return srt(parts, order);
  return rtmp(parts, order.key);
}

interface Parts {
  readonly scheme: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly host: string;
  readonly port: string | null;
  /** Path and query without the first slash, as they were written. */
  readonly rest: string;
}

// Not `new URL`: keys hold `#`, `%` and spaces that must arrive as they were typed.
function parse(url: string): Parts | null {
  const match = /^([a-z]+):\/\/([^/?#]*)\/?(.*)$/is.exec(url);
  if (!match) return null;
  const [, scheme = '', authority = '', rest = ''] = match;
  const at = authority.lastIndexOf('@');
  const login = at < 0 ? null : authority.slice(0, at);
  const address = /^(\[[0-9a-f:.]+\]|[^:\s]+)(?::(\d{1,5}))?$/i.exec(authority.slice(at + 1));
  if (!address) return null;
  const colon = login?.indexOf(':') ?? -1;
  return {
    scheme: scheme.toLowerCase(),
    user: login === null ? null : colon < 0 ? login : login.slice(0, colon),
    password: login === null || colon < 0 ? null : login.slice(colon + 1),
    host: address[1] ?? '',
    port: address[2] ?? null,
    rest,
  };
}

/**
 * With a key, the whole path and query is the application (`live2?backup=1`) and the key is the
 * stream, as platforms and OBS understand them; without one the address already ends in the stream.
 */
function rtmp(parts: Parts, key: string | null): Target | WrongTarget {
  if (parts.scheme !== 'rtmp' && parts.scheme !== 'rtmps') {
    return { wrong: 'the address must start with rtmp:// or rtmps://' };
  }
  // ffmpeg takes RTMP's own login from the address alone, where all who may list processes read it.
  if (parts.user !== null) {
    return {
      wrong:
        'the address has a user and a password in it, which others on this machine could read: ' +
        'take them out, and put what the server asks for into the key',
    };
  }
  const { app, stream } = key === null ? splitStream(parts.rest) : whole(parts.rest, key);
  return {
    url: `${parts.scheme}://${hostPort(parts)}/${app.split('?')[0] ?? ''}`,
    tls: parts.scheme === 'rtmps',
    preset: [...(app ? [`rtmp_app=${app}`] : []), ...(stream ? [`rtmp_playpath=${stream}`] : [])],
    secrets: secretsIn(key, stream, queryOf(stream), queryOf(app)),
    door: doorOf(parts, parts.scheme === 'rtmps' ? 443 : 1935),
  };
}

/**
 * An SRT caller. Addresses are pasted with `?streamid=…&passphrase=…`: they count where the order
 * has none of its own; latency is the settings' alone, because programs disagree on its unit.
 */
function srt(parts: Parts, order: Addressed): Target | WrongTarget {
  if (parts.scheme !== 'srt') return { wrong: 'the address must start with srt://' };
  const port = Number(parts.port ?? 0);
  if (port < 1 || port > 65_535) return { wrong: 'the address must have a port: srt://host:9000' };
  const settings = srtSettings.safeParse(order.settings ?? {});
  if (!settings.success) return { wrong: 'the settings are not those of an SRT output' };
  // Not URLSearchParams: a `+` in a stream id is a plus.
  const query = new Map(
    (queryOf(parts.rest) ?? '').split('&').map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), decode(pair.slice(at + 1))];
    }),
  );
  if ((query.get('mode') ?? 'caller') !== 'caller') {
    return { wrong: 'it calls a listener: another mode is not possible' };
  }
  const passphrase = order.key ?? query.get('passphrase') ?? null;
  const streamId = settings.data.streamId ?? query.get('streamid') ?? null;
  const problem = passphrase === null ? null : passphraseProblem(passphrase);
  if (problem) return { wrong: problem.en };
  return {
    url: `srt://${hostPort(parts)}`,
    tls: false,
    preset: [
      ...(passphrase === null ? [] : [`passphrase=${passphrase}`]),
      ...(streamId ? [`srt_streamid=${streamId}`] : []),
    ],
    secrets: secretsIn(passphrase, streamId),
    door: null,
  };
}

function whole(rest: string, key: string): { app: string; stream: string } {
  return { app: rest.includes('?') ? rest : rest.replace(/\/+$/, ''), stream: key };
}

function splitStream(rest: string): { app: string; stream: string } {
  const path = rest.split('?')[0] ?? '';
  const slash = path.lastIndexOf('/');
  if (slash < 0) return { app: rest, stream: '' };
  return { app: rest.slice(0, slash), stream: rest.slice(slash + 1) };
}

/** An Icecast source: PUT with basic authorisation; `icecast://` means plain HTTP, port 8000. */
function icecast(parts: Parts, key: string | null): Target | WrongTarget {
  const scheme = parts.scheme === 'icecast' ? 'http' : parts.scheme;
  if (scheme !== 'http' && scheme !== 'https') {
    return { wrong: 'the address must start with icecast://, http:// or https://' };
  }
  if (!parts.rest) return { wrong: 'the address must end in a mount point, such as /am.mp3' };
  const password = key ?? decode(parts.password ?? '');
  const user = decode(parts.user ?? 'source') || 'source';
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  const port = parts.port ?? (parts.scheme === 'icecast' ? '8000' : null);
  return {
    url: `${scheme}://${hostPort({ host: parts.host, port })}/${parts.rest}`,
    tls: scheme === 'https',
    preset: [`headers=Authorization: Basic ${basic}`],
    secrets: secretsIn(password, parts.password, basic),
    door: doorOf({ host: parts.host, port }, scheme === 'https' ? 443 : 80),
  };
}

function hostPort(parts: Pick<Parts, 'host' | 'port'>): string {
  return parts.port === null ? parts.host : `${parts.host}:${parts.port}`;
}

function doorOf(parts: Pick<Parts, 'host' | 'port'>, usual: number): Door | null {
  const port = Number(parts.port ?? usual);
  const host = parts.host.replace(/^\[|\]$/g, '');
  return port >= 1 && port <= 65_535 ? { host, port } : null;
}

function queryOf(text: string): string | null {
  const at = text.indexOf('?');
  return at < 0 ? null : text.slice(at + 1);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Longest first, so that a part is never cut out of the whole before the whole is. */
function secretsIn(...values: readonly (string | null)[]): string[] {
  const found = new Set<string>();
  for (const value of values) {
    if (!value) continue;
    found.add(value);
    const name = value.split('?')[0];
    if (name) found.add(name);
  }
  return [...found].toSorted((a, b) => b.length - a.length);
}
