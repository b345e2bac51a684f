// Destinations on real parts: ffmpeg workers to nginx-rtmp and Icecast, each alone with its own trouble,
// all troubles at the same time.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import type { BusTap } from '../../server/air/bus/tap.ts';
import type { OutputsPorts } from '../../server/air/outputs/outputs.ts';
import type { Log } from '../../server/core/log.ts';
import { closings, type Closing } from '../kit/closings.ts';
import { startIcecast } from '../kit/icecast.ts';
import { complaints, packetFacts, streamsOf } from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp, type NginxRtmpOptions } from '../kit/nginx-rtmp.ts';
import { freePort } from '../kit/ports.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { startThrottle } from '../kit/throttle.ts';
import { selfSigned, startTlsFront } from '../kit/tls-front.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { order, watch, type Watched } from './outputs-rig.ts';

let bus: SimulatedBus;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-'));
  bus = await startSimulatedBus({ videoKbps: 3000 });
});
afterAll(() => {
  bus.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Nobody is being timed: while one test waits out its 25 s, the others may take the machine. */
const calm = Promise.withResolvers<void>();

function on(closing: Closing, tap: BusTap = bus, ports: Partial<OutputsPorts> = {}): Watched {
  const watched = watch(tap, ports);
  closing(() => watched.outputs.close());
  return watched;
}

async function platform(closing: Closing, options?: NginxRtmpOptions): Promise<NginxRtmp> {
  const made = await startNginxRtmp(options);
  closing(() => made.close());
  return made;
}

/** A platform that tells when it was last asked to take a stream, by performance.now. */
async function timed(
  closing: Closing,
  allow: () => boolean = () => true,
): Promise<NginxRtmp & { readonly taken: () => number }> {
  let takenAt = 0;
  const made = await platform(closing, {
    onPublish: () => {
      if (allow()) takenAt = performance.now();
      return allow();
    },
  });
  return { ...made, taken: () => takenAt };
}

const seconds = (n: number) => {
  const start = bus.sentBytes;
  return until(`${n} s of media`, () => bus.sentBytes - start > n * 380_000, n * 1000 + 20_000);
};
const isLive = (e: { state: string }) => e.state === 'live';
const saying = (cause: string) => (e: { cause: string | null }) => e.cause === cause;

describe.concurrent('destinations', () => {
  test('all troubles at once: each shows its own, returns when it ends, and disturbs nobody', async (context) => {
    const closing = closings(context);
    closing(calm.resolve);
    let allowed = false;
    const [a, b, frozen, late, picky, kicking, secure, narrow] = await Promise.all([
      platform(closing),
      platform(closing),
      timed(closing),
      timed(closing),
      timed(closing, () => allowed),
      timed(closing),
      timed(closing),
      platform(closing),
    ]);
    const icecast = await startIcecast();
    closing(() => icecast.close());
    await late.stop();
    const good = selfSigned(folder, 'localhost', 'good');
    const bad = selfSigned(folder, 'localhost', 'bad');
    const front = await startTlsFront(secure.port, bad);
    closing(() => front.close());
    const uplink = await startThrottle(narrow.port);
    closing(() => uplink.close());
    const silent = createServer(() => undefined);
    const silentPort = await freePort();
    await new Promise<void>((resolve) => silent.listen(silentPort, '127.0.0.1', resolve));
    closing(() => silent.close());

    const o = on(closing, bus, { caFile: good.file });
    const limit = await paced();
    const begun = performance.now();
    o.apply([
      order('a', a.url),
      order('b', b.url),
      order('frozen', frozen.url),
      order('refused', late.url),
      order('rejected', picky.url),
      order('kicked', kicking.url, { key: 'yo' }),
      order('certificate', `rtmps://localhost:${front.port}/live`),
      order('slow', `rtmp://127.0.0.1:${uplink.port}/live`),
      order('mute', `rtmp://127.0.0.1:${silentPort}/live`),
      order('unresolved', 'rtmp://no-such-host.invalid/live'),
      order('wrong', 'http://127.0.0.1/live'),
      order('radio', icecast.mountUrl, { kind: 'icecast', key: icecast.sourcePassword }),
    ]);
    expect(o.of('wrong').state).toBe('failed');
    const well = ['a', 'b', 'frozen', 'kicked', 'slow', 'radio'];
    await Promise.all(well.map((id) => o.live(id)));
    const causes = { refused: 'refused', rejected: 'rejected', certificate: 'certificate' };
    for (const [id, cause] of Object.entries({
      ...causes,
      unresolved: 'unresolved',
      mute: 'timeout',
    })) {
      const took = await o.after(id, begun, cause, saying(cause));
      expect(took, id).toBeLessThan(await limit(5000));
    }
    await seconds(1);
    /** Published again after `since`, and live: within two seconds, on a machine that keeps up. */
    const returns = async (id: string, since: number, taken: () => number) => {
      await o.after(id, since, 'live again', isLive);
      expect(taken() - since, id).toBeLessThan(await limit(2000));
      expect(o.of(id)).toMatchObject({ problem: null, nextRetryAt: null });
    };
    const struck = performance.now();
    const before = [bus.sentBytes, a.recordedBytes(), b.recordedBytes()] as const;
    frozen.freeze();
    icecast.freeze();
    uplink.limit(1_500_000 / 8);
    await kicking.kick('yo');
    const kicked = performance.now();
    /** Says so within five seconds, on a machine that keeps up. */
    const tells = async (id: string, cause: string) => {
      const took = await o.after(id, struck, cause, saying(cause));
      expect(took, id).toBeLessThan(await limit(5000));
    };
    await tells('kicked', 'kicked');
    await returns('kicked', kicked, kicking.taken);
    await tells('radio', 'stalled');
    await tells('frozen', 'stalled');
    await o.after('slow', struck, 'slow', saying('slow'));

    // One cause after the other goes, the longest trouble last.
    const ends = [
      ['certificate', () => front.show(good), secure],
      ['refused', () => late.start(), late],
      ['rejected', () => (allowed = true), picky],
    ] as const;
    for (const [id, end, where] of ends) {
      expect(o.of(id).problem?.cause).toBe(id);
      await end();
      await returns(id, performance.now(), where.taken);
    }
    calm.resolve();
    // A thin line takes nothing for seconds on end, and then much: it may look stalled in between.
    await until(
      'frames were dropped, and it is slow',
      () => o.of('slow').droppedFrames > 0 && o.of('slow').problem?.cause === 'slow',
      20_000,
    );
    expect(o.of('slow')).toMatchObject({ state: 'live', restarts: 0 });
    await until('25 s frozen', () => performance.now() - struck > 25_000, 30_000);
    const [sent, ofA, ofB] = before;
    // Of what was sent so far: the platforms' files are always a moment behind.
    const due = (bus.sentBytes - sent) * 0.95;
    await until(
      'the others got it all',
      () => a.recordedBytes() - ofA > due && b.recordedBytes() - ofB > due,
    );
    for (const id of ['frozen', 'slow']) expect(o.of(id).queueMs).toBeLessThan(6000);
    const thawed = performance.now();
    frozen.thaw();
    icecast.thaw();
    uplink.limit(null);
    await returns('frozen', thawed, frozen.taken);
    await o.live('radio');
    await until('the slow one has caught up', () => o.of('slow').queueMs < 1000, 20_000);
    await seconds(2);
    for (const id of ['a', 'b']) {
      expect(o.of(id)).toMatchObject({ state: 'live', restarts: 0, droppedFrames: 0 });
      expect(o.of(id).memoryMb).toBeGreaterThan(1);
    }
    await o.outputs.close();

    for (const p of [a, b, narrow]) expect(p.recordings()).toHaveLength(1);
    const files = [a, b, late, picky, secure, narrow].map((p) => p.recordings().at(-1)!);
    await Promise.all([a, b, narrow].map((p) => p.whole(p.recordings()[0]!)));
    for (const file of [...files, frozen.recordings().at(-1)!]) {
      expect(await packetFacts(file)).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
    }
    for (const file of [a, b].map((p) => p.recordings()[0]!)) {
      const facts = await packetFacts(file);
      expect(facts.maxVideoGapMs).toBeLessThan(200);
      expect(Math.max(...facts.keySpacingsMs)).toBeLessThan(1100);
    }
    // What was dropped went in whole groups of pictures: the rest decodes without a complaint.
    expect((await complaints(narrow.recordings()[0]!)).length).toBeLessThanOrEqual(1);
  });

  test('one session each, clean media; adding, changing and stopping one leaves the other alone', async (context) => {
    await calm.promise;
    const closing = closings(context);
    const [a, b] = await Promise.all([platform(closing), platform(closing, { apps: ['live2'] })]);
    const o = on(closing);
    const first = order('a', a.url, { key: 'FB-1?s_bl=1&a=AbC&x=1=2' });
    const second = order('b', `${b.url}?backup=1`, { key: 'abcd-efgh' });
    o.apply([first]);
    await o.live('a');
    o.apply([first, second]);
    await o.live('b');
    await seconds(2);
    // The same orders again, a changed key of b, then b stopped.
    o.apply([{ ...first }, second]);
    o.apply([first, { ...second, key: 'otra-clave' }]);
    await until('b publishes anew', () => b.requests.at(-1)?.key === 'otra-clave', 20_000);
    await o.live('b');
    o.apply([first, { ...second, key: 'otra-clave', run: false }]);
    await until('b is idle', () => o.of('b').state === 'idle');
    await seconds(2);
    const report = o.of('a');
    expect(report).toMatchObject({ state: 'live', problem: null, restarts: 0, droppedFrames: 0 });
    expect(report.via).toBeNull();
    expect(report.bitrateKbps).toBeGreaterThan(1500);
    expect(report.memoryMb).toBeGreaterThan(1);
    o.apply([]);
    await until('all are gone', () => Object.keys(o.outputs.report()).length === 0);

    expect(a.requests).toHaveLength(1);
    expect(a.requests[0]).toMatchObject({ key: 'FB-1', args: { s_bl: '1', a: 'AbC' } });
    expect(b.requests[0]?.tcUrl).toMatch(/\/live2\?backup=1$/);
    expect(a.recordings()).toHaveLength(1);
    expect(b.recordings()).toHaveLength(2);
    const files = [...a.recordings(), ...b.recordings()];
    await Promise.all([a, b].flatMap((p) => p.recordings().map((file) => p.whole(file))));
    for (const file of files) {
      expect(await packetFacts(file)).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
      expect(await complaints(file)).toEqual([]);
      const streams = await streamsOf(file);
      expect(streams.map((s) => s.codec).toSorted()).toEqual(['aac', 'h264']);
    }
  });

  test('one that lets us in late is not called slow for what could not wait so long', async (context) => {
    await calm.promise;
    const closing = closings(context);
    // It takes its time over two steps of the way in: no step alone may take so long.
    const letIn = Promise.withResolvers<boolean>();
    const late = await platform(closing, { onPublish: () => letIn.promise });
    late.freeze();
    const o = on(closing);
    o.apply([order('late', late.url)]);
    await until('half of the wait', () => o.of('late').queueMs > 2500);
    late.thaw();
    let longest = 0;
    await until('the oldest had to go', () => {
      const { queueMs } = o.of('late');
      longest = Math.max(longest, queueMs);
      return queueMs < longest - 500;
    });
    letIn.resolve(true);
    await o.live('late');
    await seconds(1);
    expect(o.of('late')).toMatchObject({ state: 'live', problem: null, droppedFrames: 0 });
    expect(o.diary('late').map((e) => e.cause)).not.toContain('slow');
  });

  test('a backup address: taken when the main one fails, kept while it works, and back in turn', async (context) => {
    await calm.promise;
    const closing = closings(context);
    let mainAllows = false;
    const main = await platform(closing, { onPublish: () => mainAllows });
    const backup = await platform(closing, { apps: ['live2'] });
    const o = on(closing);
    const both = order('yt', main.url, { backupUrl: `${backup.url}?backup=1` });
    o.apply([both]);
    await o.live('yt');
    expect(o.of('yt')).toMatchObject({ via: 'backup', problem: null });
    expect([main.requests.length, backup.requests.length]).toEqual([1, 1]);
    expect(backup.requests[0]).toMatchObject({ key: 'clave', app: 'live2' });
    expect(backup.requests[0]?.tcUrl).toMatch(/\/live2\?backup=1$/);
    mainAllows = true;
    await seconds(2);
    expect(o.of('yt')).toMatchObject({ via: 'backup', state: 'live', restarts: 1 });
    const limit = await paced();
    const kicked = performance.now();
    await backup.kick('clave');
    const back = await o.after('yt', kicked, 'live again', isLive);
    expect(back).toBeLessThan(await limit(5000));
    expect(o.of('yt')).toMatchObject({ via: 'main', problem: null });
    expect(backup.requests).toHaveLength(1);
    // Taking the backup away does not touch a session that goes out by the main address.
    o.apply([{ ...both, backupUrl: null }]);
    await seconds(1);
    expect(o.of('yt')).toMatchObject({ via: null, state: 'live', restarts: 2 });
    expect(main.requests).toHaveLength(2);
  });

  test('no program: says so, and starts when it flows; ends cleanly when it stops', async (context) => {
    await calm.promise;
    const closing = closings(context);
    const a = await platform(closing);
    const tap = gated(bus);
    tap.shut();
    const o = on(closing, tap);
    o.apply([order('a', a.url)]);
    await o.says('a', 'noProgram');
    expect(a.requests).toHaveLength(0);
    tap.open();
    await o.live('a');
    tap.shut();
    await o.says('a', 'noProgram');
    expect(o.of('a')).toMatchObject({ state: 'starting', restarts: 0 });
  });

  test('without ffmpeg every output says that it cannot be started', async (context) => {
    await calm.promise;
    const o = on(closings(context), bus, { ffmpegPath: '/nonexistent/ffmpeg' });
    o.apply([order('a', 'rtmp://127.0.0.1/live')]);
    await o.says('a', 'spawn');
    expect(o.of('a').state).toBe('retrying');
  });

  test('a key is in no argument of any process, no log line and no report, failing or not', async (context) => {
    await calm.promise;
    const closing = closings(context);
    const a = await platform(closing, { onPublish: (key) => key.startsWith('Zq9-good') });
    const stopped = await platform(closing);
    await stopped.stop();
    const logged: string[] = [];
    const o = on(closing, bus, { log: keepingLog(logged) });
    const nobody = `srt://127.0.0.1:${await freePort()}`;
    o.apply([
      order('good', a.url, { key: 'Zq9-good?s=Zq9-more&t=#Zq9 x' }),
      order('inUrl', `${a.url}/Zq9-goodInUrl?s=Zq9-more`, { key: null }),
      order('bad', a.url, { key: 'Zq9-bad?s=1' }),
      order('refused', stopped.url, { key: 'Zq9-refused' }),
      order('radio', `icecast://127.0.0.1:${stopped.port}/m`, {
        kind: 'icecast',
        key: 'Zq9-radio',
      }),
      order('vertical', a.url, { kind: 'vertical', key: 'Zq9-good-vertical' }),
      order('srt', nobody, {
        kind: 'srt',
        key: 'Zq9-passphrase',
        settings: { streamId: 'Zq9-stream' },
      }),
    ]);
    await Promise.all([o.live('good'), o.live('inUrl'), o.live('vertical')]);
    await o.says('bad', 'rejected');
    await o.says('refused', 'refused');
    await o.says('radio', 'refused');
    await o.says('srt', 'timeout');
    expect(a.requests.map((r) => r.key)).toContain('Zq9-goodInUrl');
    const lines = commandLines();
    const workers = lines.filter((c) => c.includes('ffmpeg') && c.includes(`:${a.port}/`));
    expect(workers.length).toBeGreaterThanOrEqual(3);
    expect(logged.length).toBeGreaterThan(10);
    for (const text of [...lines, ...logged, JSON.stringify(o.outputs.report())]) {
      expect(text).not.toContain('Zq9');
      expect(text).not.toContain(Buffer.from('source:Zq9-radio').toString('base64'));
    }
  });
});

/** The same bus behind a gate: shut, nothing flows. */
function gated(tap: BusTap): BusTap & { open(): void; shut(): void } {
  let open = true;
  return {
    get flowing() {
      return open && tap.flowing;
    },
    attach: (consumer) =>
      tap.attach((tag: FlvTag) => {
        if (open) consumer(tag);
      }),
    open: () => void (open = true),
    shut: () => void (open = false),
  };
}

function keepingLog(kept: string[]): Log {
  const keep = (fields: object, message: string) =>
    void kept.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
  return log;
}

/** The arguments of every process we may see, this test runner's own excepted. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
}
