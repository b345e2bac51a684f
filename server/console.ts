// What a person sees in the terminal: the address, the one-time link, and one line per part as it reports.
import { networkInterfaces } from 'node:os';
import type { PartName, PartState } from './contract/station.ts';
import type { StateStore } from './core/state-store.ts';

const labels: Record<PartName, string> = {
  obs: 'OBS',
  ffmpeg: 'FFmpeg',
  ingest: 'Ingesta',
  air: 'Emisión',
  grid: 'Parrilla',
  profiles: 'Perfiles',
  store: 'Datos',
};
const marks: Record<PartState['state'], string> = {
  ok: '✓',
  starting: '…',
  warn: '!',
  down: '✗',
  off: '–',
};

/** Parts that report only once air has dialled in. */
const startsLater: ReadonlySet<PartName> = new Set(['air', 'ffmpeg', 'ingest']);

export type Print = (line: string) => void;

/** Prints each part when it first reports and whenever it changes; returns the removal. */
export function announceParts(store: StateStore, print: Print): () => void {
  const said = new Map<string, string>();
  const look = (): void => {
    for (const [key, part] of Object.entries(store.get().parts)) {
      const name = key as PartName;
      // Not started yet is no news; what is off by choice or for a reason has words of its own.
      if (part.state === 'off' && startsLater.has(name) && !said.has(name)) continue;
      const line = `  ${marks[part.state]} ${labels[name].padEnd(9)} ${part.text}`;
      if (said.get(name) === line) continue;
      said.set(name, line);
      print(line);
    }
  };
  look();
  return store.subscribe(look);
}

/** This machine's own IPv4 addresses on its networks. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((a) => !a.internal && a.family === 'IPv4')
    .map((a) => a.address);
}

/** `localhost` means nothing to a phone: this machine's own address stands in for it. */
export function reachableHost(host: string): string {
  return host === 'localhost' ? (ownAddresses()[0] ?? host) : host;
}

/** Addresses people can type: loopback first, then this machine's own when it listens on all. */
export function addresses(host: string, port: number): string[] {
  if (host !== '0.0.0.0' && host !== '::')
    return [`http://${host.includes(':') ? `[${host}]` : host}:${port}/`];
  return ['localhost', ...ownAddresses()].map((name) => `http://${name}:${port}/`);
}

/** The lines printed once the page is served. */
export function greeting(
  station: string,
  urls: readonly string[],
  setupToken: string | null,
  rehearsalMs: number,
): string[] {
  const lines = [`\n${station} · servidor de estudio`, ...urls.map((u) => `  ${u}`)];
  if (setupToken) {
    lines.push(
      '\n  Primer uso: abra este enlace (sirve una sola vez) y elija la contraseña de «admin»:',
      '  First use: open this one-time link and choose the password of “admin”:',
      ...urls.slice(0, 1).map((u) => `  ${u}bienvenida?t=${setupToken}`),
    );
  }
  if (rehearsalMs !== 0) {
    lines.push(
      `  ! ENSAYO: el reloj va ${Math.round(rehearsalMs / 1000)} s desplazado (STUDIO_CLOCK_OFFSET_MS).`,
    );
  }
  return [...lines, ''];
}
