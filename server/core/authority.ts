// The part of an address that says which machine, for people and programs outside this one. Pure.

/**
 * `host:port` of an address. `host` is a name, an IPv4 or IPv6 address, or any of them with a port of
 * its own, which then counts: the port that a router forwards may be another one than ours.
 */
export function authorityOf(host: string, port: number): string {
  if (/^(\[[^\]]+\]|[^:[\]]+):\d+$/.test(host)) return host;
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${name}:${port}`;
}
