// The peers' media server: a real nginx-rtmp that takes the program and passes it on by itself (`push`)
// or lets others pull it. Nothing is recorded.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../kit/ports.ts';
import { until } from '../kit/until.ts';
import { atEnd } from './ends.ts';

export interface NginxHub {
  readonly port: number;
  readonly pid: number;
  /** `rtmp://127.0.0.1:PORT/APP`, without a stream's name. */
  url(app: string): string;
  /** Bytes of media received since its start, all streams together. */
  receivedBytes(): Promise<number>;
}

/**
 * Starts one with these applications and, for each, the addresses it pushes what it gets to. Its
 * players are told when a publisher goes, and lost destinations are tried again each second: what
 * somebody sets who wants it to recover.
 */
export async function startNginxHub(
  apps: Readonly<Record<string, readonly string[]>>,
): Promise<NginxHub> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-hub-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const [port = 0, httpPort = 0] = await freePorts(2);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, config({ folder, apps, port, httpPort }));
  const child = spawn('nginx', ['-c', file, '-p', folder, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  atEnd(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  child.once('error', (error) => (said += error.message));
  const stat = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${httpPort}/stat`)).text();
  await until('nginx answers', async () => {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`nginx: ${said}`);
    return stat();
  });
  return {
    port,
    pid: child.pid ?? 0,
    url: (app) => `rtmp://127.0.0.1:${port}/${app}`,
    // The server's own sum comes first, before those of its streams.
    receivedBytes: async () => Number(/<bytes_in>(\d+)</.exec(await stat())?.[1] ?? 0),
  };
}

interface Config {
  readonly folder: string;
  readonly apps: Readonly<Record<string, readonly string[]>>;
  readonly port: number;
  readonly httpPort: number;
}

function config({ folder, apps, port, httpPort }: Config): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const app = ([name, pushes]: [string, readonly string[]]): string => `
    application ${name} {
      live on;
      publish_notify on;
      push_reconnect 1s;
      ${pushes.map((url) => `push ${url};`).join('\n      ')}
    }`;
  // One process, so that it is weighed whole.
  return `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
master_process off;
worker_processes 1;
error_log stderr crit;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 256; }
http {
  access_log off;
  ${temp.map((t) => `${t}_temp_path ${join(folder, t)};`).join('\n  ')}
  server {
    listen 127.0.0.1:${httpPort};
    location /stat { rtmp_stat all; }
  }
}
rtmp {
  # Its own default is a file that only root may write.
  access_log off;
  server {
    listen 127.0.0.1:${port};
    ${Object.entries(apps).map(app).join('')}
  }
}
`;
}
