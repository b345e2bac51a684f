// A real Icecast as the feed that a transmitter site pulls.
import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { until } from './until.ts';

export interface Icecast {
  readonly port: number;
  /** `icecast://127.0.0.1:PORT/am.mp3`: where a source sends to. */
  readonly mountUrl: string;
  /** `http://127.0.0.1:PORT/am.mp3`: where a listener hears it. */
  readonly listenUrl: string;
  readonly sourcePassword: string;
  readonly adminPassword: string;
  /** What /admin/stats says of the mount; null while it has no source. */
  source(): Promise<{ readonly contentType: string } | null>;
  freeze(): void;
  thaw(): void;
  /** Ends it; its port refuses until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const mount = '/am.mp3';
const sourcePassword = 'fuente &=#? 1';
const adminPassword = 'administra';
/** It answers in a tenth of this, ms. */
const answerMs = 6000;

/** Starts Icecast on a free port with a folder of its own and waits until it answers. */
export async function startIcecast(): Promise<Icecast> {
  const folder = mkdtempSync(join(tmpdir(), 'icecast-'));
  const port = await freePort();
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  // Icecast refuses to run as root: it must own its folder as nobody.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (nobody.uid !== undefined) {
    chownSync(folder, nobody.uid, nobody.gid);
    chownSync(logs, nobody.uid, nobody.gid);
  }
  const configFile = join(folder, 'icecast.xml');
  writeFileSync(configFile, config(folder, logs, port));

  let child: ChildProcess | null = null;
  const base = `http://127.0.0.1:${port}`;
  const login = { authorization: `Basic ${btoa(`admin:${adminPassword}`)}` };
  async function start(): Promise<void> {
    let begun = -Infinity;
    await until(
      'Icecast answers',
      async () => {
        // One that died at its start, of a signal too, or hangs in it, is nothing that is judged here.
        if (!child || performance.now() - begun > answerMs || !running(child)) {
          await stop();
          begun = performance.now();
          child = spawn('icecast2', ['-c', configFile], { stdio: 'ignore', ...nobody });
        }
        return (await fetch(`${base}/status-json.xsl`)).ok;
      },
      30_000,
    );
  }
  async function stop(): Promise<void> {
    const ending = child;
    child = null;
    if (!ending || !running(ending)) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await gone;
  }
  await start();
  return {
    port,
    mountUrl: `icecast://127.0.0.1:${port}${mount}`,
    listenUrl: `${base}${mount}`,
    sourcePassword,
    adminPassword,
    async source() {
      const answer = await fetch(`${base}/admin/stats`, { headers: login });
      const text = await answer.text();
      const part = text.split(`<source mount="${mount}">`)[1]?.split('</source>')[0];
      const type = /<server_type>([^<]*)</.exec(part ?? '')?.[1];
      return type === undefined ? null : { contentType: type };
    },
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    stop,
    start,
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function config(folder: string, logs: string, port: number): string {
  const password = sourcePassword.replaceAll('&', '&amp;');
  return `<icecast>
  <location>test</location><admin>test@localhost</admin><hostname>localhost</hostname>
  <limits>
    <clients>50</clients><sources>4</sources><queue-size>524288</queue-size>
    <header-timeout>10</header-timeout><source-timeout>5</source-timeout>
    <burst-size>0</burst-size>
  </limits>
  <authentication>
    <source-password>${password}</source-password>
    <admin-user>admin</admin-user><admin-password>${adminPassword}</admin-password>
  </authentication>
  <listen-socket><port>${port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths>
    <basedir>${folder}</basedir><logdir>${logs}</logdir>
    <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
  </paths>
  <logging>
    <accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel>
  </logging>
  <security><chroot>0</chroot></security>
</icecast>
`;
}
