// One process of a kind per data folder: two airs would send everything twice, two controls would fight.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { StudioError } from './errors.ts';

export interface ProcessLock {
  close(): void;
}

/**
 * Takes the lock of `role` in `dataDir`, a listening socket in Linux's abstract namespace: the kernel gives
 * it to one process and takes it back however that process dies, so it is never stale. Throws
 * `conflict` with the owner's pid in `context.pid` when another process has it.
 */
export async function acquireProcessLock(
  role: 'air' | 'control',
  dataDir: string,
): Promise<ProcessLock> {
  const id = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 32);
  const name = `\0studio-${role}-${id}`;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(String(process.pid));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(name, resolve);
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    const pid = await ownerOf(name);
    throw new StudioError(
      'conflict',
      {
        es: `Ya hay un proceso «${role}» con esta carpeta de datos (proceso ${pid ?? 'desconocido'}).`,
        en: `A “${role}” process already uses this data folder (process ${pid ?? 'unknown'}).`,
      },
      { cause, context: { pid } },
    );
  }
  server.on('error', () => undefined);
  server.unref();
  return { close: () => void server.close() };
}

/** The pid the owner answers with; null when it does not within a second (stopped, or another kind). */
function ownerOf(name: string): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = connect(name);
    let text = '';
    const done = (): void => {
      socket.destroy();
      resolve(/^\d+$/.test(text) ? Number(text) : null);
    };
    socket.setTimeout(1000, done);
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text = (text + piece).slice(0, 20);
    });
    socket.once('error', done);
    socket.once('end', done);
  });
}
