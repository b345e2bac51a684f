// A real nginx with its RTMP module as a streaming platform: what it records is the evidence.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { until } from './until.ts';

/** One request to publish, as nginx reported it: its name and the rest of the key's query. */
export interface PublishRequest {
  readonly app: string;
  readonly tcUrl: string;
  readonly key: string;
  readonly args: Readonly<Record<string, string>>;
}

export interface NginxRtmpOptions {
  /** Answers whether a publisher may; default: everybody may. Asked again at each try. */
  readonly onPublish?: (key: string, request: PublishRequest) => boolean | Promise<boolean>;
  /** Applications served; the first one is in `url`. */
  readonly apps?: readonly string[];
}

export interface NginxRtmp {
  readonly port: number;
  /** `rtmp://127.0.0.1:PORT/APP`, without a key. */
  readonly url: string;
  /** Every request to publish so far, refused ones too. */
  readonly requests: readonly PublishRequest[];
  /** Recorded sessions, oldest first: more than one means that the session broke. */
  recordings(): string[];
  /** Resolves when nginx has closed this recording, its session over: it holds all that it ever will. */
  whole(recording: string): Promise<unknown>;
  /** Bytes recorded so far, all sessions together. */
  recordedBytes(): number;
  /** Ends a publisher's session as a platform does; waits for one where there is none yet. */
  kick(key: string): Promise<void>;
  /** SIGSTOP: connections stay, nothing is read any more. */
  freeze(): void;
  thaw(): void;
  /** Ends nginx; its port refuses until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends everything and removes the folder with the recordings. */
  close(): Promise<void>;
}

/** Starts nginx on free ports with a folder of its own and waits until it listens. */
export async function startNginxRtmp(options: NginxRtmpOptions = {}): Promise<NginxRtmp> {
  const apps = options.apps ?? ['live'];
  const folder = mkdtempSync(join(tmpdir(), 'nginx-rtmp-'));
  const recordFolder = join(folder, 'recordings');
  mkdirSync(recordFolder);
  const requests: PublishRequest[] = [];
  const closed = new Set<string>();
  const hook = await startHook({
    publish: async (request) => {
      requests.push(request);
      return (await options.onPublish?.(request.key, request)) ?? true;
    },
    recorded: (path) => void closed.add(path),
  });
  const port = await freePort();
  const httpPort = await freePort();
  const configFile = join(folder, 'nginx.conf');
  writeFileSync(
    configFile,
    config({ folder, recordFolder, apps, port, httpPort, hook: hook.port }),
  );

  let child: ChildProcess | null = null;
  let said = '';
  async function start(): Promise<void> {
    const started = spawn('nginx', ['-c', configFile, '-p', folder, '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    child = started;
    await until(`nginx listens (${said})`, () => {
      if (started.exitCode !== null) throw new Error(`nginx ended: ${said}`);
      return answers(port);
    });
  }
  async function stop(): Promise<void> {
    const ending = child;
    child = null;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await gone;
  }
  await start();

  const recordings = () =>
    readdirSync(recordFolder)
      .map((name) => join(recordFolder, name))
      .toSorted((a, b) => statSync(a).birthtimeMs - statSync(b).birthtimeMs);
  return {
    port,
    url: `rtmp://127.0.0.1:${port}/${apps[0]}`,
    requests,
    recordings,
    whole: (recording) => until(`${recording} is whole`, () => closed.has(recording), 20_000),
    recordedBytes: () => recordings().reduce((sum, file) => sum + statSync(file).size, 0),
    async kick(key) {
      const query = `app=${apps[0]}&name=${encodeURIComponent(key)}`;
      const url = `http://127.0.0.1:${httpPort}/control/drop/publisher?${query}`;
      // Answered by how many it dropped.
      await until(`${key} is dropped`, async () => Number(await (await fetch(url)).text()) > 0);
    },
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    stop,
    start,
    async close() {
      await stop();
      await new Promise((resolve) => {
        hook.server.close(resolve);
        hook.server.closeAllConnections();
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface ConfigParts {
  readonly folder: string;
  readonly recordFolder: string;
  readonly apps: readonly string[];
  readonly port: number;
  readonly httpPort: number;
  readonly hook: number;
}

function config(parts: ConfigParts): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const app = (name: string) => `
    application ${name} {
      live on;
      record all;
      record_path ${parts.recordFolder};
      record_unique on;
      on_publish http://127.0.0.1:${parts.hook}/publish;
      on_record_done http://127.0.0.1:${parts.hook}/recorded;
    }`;
  // One process, so that stopping or freezing it is one signal.
  return `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
master_process off;
worker_processes 1;
error_log stderr error;
pid ${join(parts.folder, 'nginx.pid')};
events { worker_connections 128; }
http {
  access_log off;
  ${temp.map((t) => `${t}_temp_path ${join(parts.folder, t)};`).join('\n  ')}
  server {
    listen 127.0.0.1:${parts.httpPort};
    location /control { rtmp_control all; }
  }
}
rtmp {
  # Its own default is a file that only root may write.
  access_log off;
  server {
    listen 127.0.0.1:${parts.port};
    ${parts.apps.map(app).join('')}
  }
}
`;
}

interface Hooks {
  /** Whether this publisher may. */
  publish(request: PublishRequest): Promise<boolean>;
  /** A recording was closed. */
  recorded(path: string): void;
}

async function startHook(hooks: Hooks): Promise<{ server: Server; port: number }> {
  const known = new Set(
    'app,flashver,swfurl,tcurl,pageurl,addr,clientid,call,name,type'.split(','),
  );
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const fields = new URLSearchParams(body);
      const args = Object.fromEntries([...fields].filter(([name]) => !known.has(name)));
      const one = (name: string) => fields.get(name) ?? '';
      if (request.url === '/recorded') {
        hooks.recorded(one('path'));
        response.end();
        return;
      }
      const asked = { app: one('app'), tcUrl: one('tcurl'), key: one('name'), args };
      void hooks.publish(asked).then((may) => {
        response.statusCode = may ? 200 : 403;
        response.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
