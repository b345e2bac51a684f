// The ingest's process dies, hangs, finds its port taken, loses its parent: it comes back, or goes, as it should.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../server/air/ingest/limits.ts';
import type { FromChild, ToChild } from '../../server/air/ingest/messages.ts';
import { createIngest } from '../../server/air/ingest/server.ts';
import type { IngestReport } from '../../server/air/ingest/ingest-state.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { freePort, freePorts } from '../kit/ports.ts';
import { rtmpClient, videoFrame } from '../kit/rtmp-client.ts';
import { until } from '../kit/until.ts';
import { alive, keys, orderFor, readFlv, startIngest, type TestIngest } from './ingest-harness.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
async function started(): Promise<TestIngest> {
  const t = await startIngest();
  closing.push(() => t.close());
  return t;
}
async function publish(port: number): Promise<{ end(): void }> {
  const client = await rtmpClient(port);
  client.connectApp('field');
  client.publish(`one?k=${keys.one}`);
  await client.expect('NetStream.Publish.Start');
  client.message(9, 0, videoFrame(true, Buffer.alloc(100)));
  return client;
}

describe('a child that dies', () => {
  it('by kill -9 is reported at once, comes back by itself, and takes its publishers again', async () => {
    const t = await started();
    await publish(t.port);
    await until('the feed is on', () => t.ingest.report().feeds['one']?.connected);
    const first = t.ingest.pid() ?? 0;
    const url = t.ingest.programFlvUrl();
    // Noted as it is told: the next child is up soon after.
    const told: { report: IngestReport; url: string | null }[] = [];
    t.ingest.onChange(() =>
      told.push({ report: t.ingest.report(), url: t.ingest.programFlvUrl() }),
    );
    process.kill(first, 'SIGKILL');
    const down = await until(
      'it is told',
      () => told.find(({ report }) => report.state === 'down'),
      1000,
      5,
    );
    expect(down).toMatchObject({
      report: { problem: 'crashed', restarts: 1, program: null },
      url: null,
    });
    expect(down.report.feeds['one']).toMatchObject({
      connected: false,
      lastEnd: { reason: 'ingest' },
    });
    await until('it is up again', () => t.ingest.report().state === 'up');
    expect(t.ingest.pid()).not.toBe(first);
    await until('HTTP too', () => t.ingest.programFlvUrl());
    expect(t.ingest.programFlvUrl()).not.toBe(url);
    await publish(t.port);
    await until('the feed is back', () => t.ingest.report().feeds['one']?.connected);
    const reader = readFlv(t.flvUrl('field/one', keys.play));
    await until('it plays', () => reader.tags.length > 0);
    reader.close();
    expect(t.ingest.report()).toMatchObject({ problem: null, restarts: 1 });
  });

  it('by hanging is killed and replaced', async () => {
    const t = await started();
    const first = t.ingest.pid() ?? 0;
    process.kill(first, 'SIGSTOP');
    await until('it was replaced', () => t.ingest.report().restarts === 1, 15_000);
    await until('the old one is gone', () => !alive(first));
    await until('it is up again', () => t.ingest.report().state === 'up');
  });
});

describe('a busy port', () => {
  it('is told, and used as soon as it is free', async () => {
    const squatter = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    const dataDir = mkdtempSync(join(tmpdir(), 'studio-ingest-'));
    const ingest = createIngest({
      clock: systemClock(),
      log: silentLog,
      dataDir,
    });
    closing.push(async () => {
      await ingest.close();
      squatter.close();
      rmSync(dataDir, { recursive: true, force: true });
    });
    ingest.apply(orderFor(port));
    await until('it is told', () => ingest.report().problem === 'portBusy');
    expect(ingest.report()).toMatchObject({ state: 'down', rtmpPort: port, restarts: 0 });
    const pid = ingest.pid();
    squatter.close();
    await until('it is up', () => ingest.report().state === 'up');
    expect(ingest.report()).toMatchObject({ problem: null, restarts: 0 });
    expect(ingest.pid()).toBe(pid);
    await publish(port);
  });

  it('can be left for another by an order, without ending who is on', async () => {
    const t = await started();
    await publish(t.port);
    await until('the feed is on', () => t.ingest.report().feeds['one']?.connected);
    const [next = 0] = await freePorts(1);
    t.ingest.apply({ ...t.order, rtmpPort: next });
    await until('it listens there', () => t.ingest.report().state === 'up');
    expect(t.ingest.report()).toMatchObject({ rtmpPort: next, restarts: 0 });
    expect(t.ingest.report().feeds['one']?.connected).toBe(true);
    await expect(rtmpClient(t.port)).rejects.toThrow();
    (await rtmpClient(next)).end();
  });
});

describe('the end', () => {
  it('by close leaves no process and a free port', async () => {
    const t = await started();
    const pid = t.ingest.pid() ?? 0;
    await t.ingest.close();
    expect(alive(pid)).toBe(false);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(t.port, '127.0.0.1', resolve);
    });
    server.close();
  });

  it('of the parent, however sudden, is the end of the child', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'studio-ingest-'));
    closing.push(() => rmSync(folder, { recursive: true, force: true }));
    const root = fileURLToPath(new URL('../../server/', import.meta.url));
    const script = join(folder, 'parent.ts');
    writeFileSync(
      script,
      `import { createIngest } from '${root}air/ingest/server.ts';
       import { systemClock } from '${root}core/clock.ts';
       import { silentLog } from '${root}core/log.ts';
       const ingest = createIngest({ clock: systemClock(), log: silentLog, dataDir: '${folder}', host: '127.0.0.1' });
       ingest.onChange(() => { if (ingest.report().state === 'up') console.log('pid ' + ingest.pid()); });
       ingest.apply(${JSON.stringify(orderFor(await freePort()))});`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    parent.stdout.on('data', (d: Buffer) => {
      said += d.toString();
    });
    const pid = Number(await until('the child is up', () => /pid (\d+)\n/.exec(said)?.[1], 30_000));
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until('the child is gone', () => !alive(pid), 5000);
  });
});

describe('secrets', () => {
  it('appear neither in what the child writes nor in its arguments and environment', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'studio-ingest-'));
    const port = await freePort();
    const child = fork(new URL('../../server/air/ingest/child.ts', import.meta.url), [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    closing.push(() => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });
    let written = '';
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (d: Buffer) => {
        written += d.toString();
      });
    }
    let up = false;
    let refused = 0;
    let told = '';
    child.on('message', (message: FromChild) => {
      told += JSON.stringify(message);
      if (message.t === 'hello') {
        const start: ToChild = {
          t: 'start',
          storeDir: folder,
          host: '127.0.0.1',
          limits: defaultLimits,
          settings: orderFor(port),
        };
        child.send(start);
        return;
      }
      up = message.listening === 'up';
      refused = message.refused;
    });
    await until('it listens', () => up);
    const good = await publish(port);
    const bad = await rtmpClient(port);
    bad.connectApp('field');
    bad.publish(`two?k=${keys.one}`);
    await bad.untilClosed();
    const malformed = await rtmpClient(port);
    malformed.command(`connect${keys.one}`, keys.two);
    malformed.command('publish', null, keys.play);
    await malformed.untilClosed();
    await until('they were refused', () => refused === 2);
    good.end();
    const everything = [
      written,
      told,
      readFileSync(`/proc/${child.pid}/cmdline`, 'utf8'),
      readFileSync(`/proc/${child.pid}/environ`, 'utf8'),
    ].join('\n');
    for (const key of Object.values(keys)) expect(everything).not.toContain(key);
    expect(written).toBe('');
  });
});
