// Addresses of destinations: what may be shown of one, and how a pasted one is taken apart.
import type { OutputKind } from '../contract/outputs.ts';
import { redactUrl } from '../core/redact.ts';

const hidden = '•••';

/**
 * The address fit for everybody's eyes. Of an RTMP address only host and application are shown:
 * whatever follows the application is where platforms put the key. Long first segments are hidden
 * too, and user info and queries always; an Icecast mount is public and stays.
 */
export function shownAddress(kind: OutputKind, address: string): string {
  const clean = redactUrl(address);
  if (clean === '' || kind === 'icecast') return clean;
  const [, origin = '', path = '', query = ''] = /^([^/]+\/\/[^/]*)([^?]*)(.*)$/.exec(clean) ?? [];
  const [app = '', ...rest] = path.split('/').slice(1);
  const shownApp = app.length > 24 ? hidden : app;
  const tail = rest.some((part) => part !== '') ? `/${hidden}` : rest.length > 0 ? '/' : '';
  return `${origin}${path === '' ? '' : '/'}${shownApp}${tail}${query}`;
}

/** Whether the text is an address as shown (with dots where secrets were), not one to use. */
export function isShownAddress(address: string): boolean {
  return address.includes('•');
}

/** Whether both go to the same host and port, whatever follows; false for what cannot be read. */
export function sameHost(a: string, b: string): boolean {
  const host = (address: string) =>
    URL.canParse(address) ? new URL(address).host.toLowerCase() : null;
  return host(a) !== null && host(a) === host(b);
}

/** The scheme in lower case without its colon, e.g. `rtmps`. */
export function schemeOf(address: string): string {
  return (/^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1] ?? '').toLowerCase();
}

/**
 * Takes the key off an RTMP address pasted whole (`rtmps://host:443/app/KEY?x=1`): platforms offer
 * both forms and people paste either. `key` is null when there is nothing after the application.
 */
export function splitPasted(address: string): { url: string; key: string | null } {
  const found = /^([a-z]+:\/\/[^/?]+\/[^/?]+)\/([^/?].*)$/i.exec(address);
  return found?.[1] && found[2] ? { url: found[1], key: found[2] } : { url: address, key: null };
}

/**
 * Takes the password off an Icecast address (`icecast://source:pass@host:8000/am`). The user stays
 * only if it is not the usual `source`; `key` is null when the address carries no password.
 */
export function splitPassword(address: string): { url: string; key: string | null } {
  const found = /^([a-z]+:\/\/)([^/?@:]*):([^/?@]*)@(.+)$/i.exec(address);
  if (!found?.[1] || !found[3] || !found[4]) return { url: address, key: null };
  const user = found[2] === '' || found[2] === 'source' ? '' : `${found[2]}@`;
  return { url: `${found[1]}${user}${found[4]}`, key: decoded(found[3]) };
}

/** What an SRT address says of itself besides where it goes. */
export interface SrtParts {
  /** Scheme, host and port alone. */
  readonly url: string;
  readonly passphrase: string | null;
  readonly streamId: string | null;
  readonly latencyMs: number | null;
  /** `listener` or `rendezvous` when the address asks for more than a call; null otherwise. */
  readonly mode: string | null;
}

/** ffmpeg and OBS write `latency` in µs, other tools in ms: no one waits longer than this in ms. */
const longestLatencyMs = 8000;

/**
 * Takes an SRT address pasted whole apart (`srt://host:9000?streamid=#!::r=x&passphrase=…&latency=…`).
 * A stream id may begin with `#` and is taken raw; what else the query says is for the far end only.
 */
export function splitSrt(address: string): SrtParts {
  const [, base = address, query = ''] =
    /^([a-z]+:\/\/[^/?#]*\/?[^?#]*)\??(.*)$/is.exec(address) ?? [];
  const values = new Map<string, string>();
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    if (at > 0) values.set(pair.slice(0, at).toLowerCase(), decoded(pair.slice(at + 1)));
  }
  const latency = Number(values.get('latency') ?? Number.NaN);
  const mode = values.get('mode')?.toLowerCase() ?? 'caller';
  return {
    url: base.replace(/\/+$/, ''),
    passphrase: values.get('passphrase') || null,
    streamId: values.get('streamid') || null,
    latencyMs: Number.isFinite(latency)
      ? Math.round(latency > longestLatencyMs ? latency / 1000 : latency)
      : null,
    mode: mode === 'caller' ? null : mode,
  };
}

/** Percent-decoded; text that is not encoded is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
