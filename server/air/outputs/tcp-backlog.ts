// How much a process's TCP connections have taken and not delivered yet, from /proc.
import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Bytes that the connections of `pid` hold for their far ends, all together; null when it has none,
 * is gone, or /proc is not there. A way out that is too narrow keeps them near what they may hold.
 */
export async function tcpBacklog(pid: number): Promise<number | null> {
  try {
    const inodes = await socketsOf(pid);
    if (inodes.size === 0) return null;
    const [four, six] = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
    );
    return backlogIn(`${four}\n${six}`, inodes);
  } catch {
    return null;
  }
}

/** Inodes of the sockets that `pid` holds; rejects when it is gone. */
export async function socketsOf(pid: number): Promise<Set<string>> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all(
    (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')),
  );
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

/** The same, of the lines of /proc/PID/net/tcp whose socket is in `inodes`; null when none is. */
export function backlogIn(table: string, inodes: ReadonlySet<string>): number | null {
  let held: number | null = null;
  for (const line of table.split('\n')) {
    // `sl local remote st tx:rx tr:when retrnsmt uid timeout inode …`, in hexadecimal where it counts.
    const fields = line.trim().split(/\s+/);
    const [, , , , queues, , , , , inode] = fields;
    if (queues === undefined || inode === undefined || !inodes.has(inode)) continue;
    held = (held ?? 0) + Number.parseInt(queues, 16);
  }
  return held;
}

/** What the kernel grants of a send buffer of `asked` bytes. */
export async function grantedSendBuffer(asked: number): Promise<number> {
  try {
    const most = Number(await readFile('/proc/sys/net/core/wmem_max', 'utf8'));
    return most > 0 ? Math.min(asked, most) : asked;
  } catch {
    return asked;
  }
}
