// SRT out to a real listener: what arrives, who may join in the middle, and each way it fails.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { complaints, packetFacts, streamsOf } from '../kit/media-probe.ts';
import { freeUdpPort } from '../kit/ports.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { startSrtReceiver, startSrtRefuser, type SrtReceiver } from '../kit/srt-receiver.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { order, watch, type Watched } from './outputs-rig.ts';

const passphrase = 'la frase de paso & más #1';
let bus: SimulatedBus;
let folder: string;
let o: Watched;
const receivers: SrtReceiver[] = [];
let refuser: Awaited<ReturnType<typeof startSrtRefuser>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-srt-'));
  bus = await startSimulatedBus({ videoKbps: 3000 });
  refuser = await startSrtRefuser();
  o = watch(bus);
});
afterAll(async () => {
  await o.outputs.close();
  for (const made of receivers) await made.end('crash');
  refuser.close();
  bus.close();
  rmSync(folder, { recursive: true, force: true });
});

async function receiver(port: number, name: string, secret?: string): Promise<SrtReceiver> {
  const options = secret === undefined ? {} : { passphrase: secret };
  const made = await startSrtReceiver(port, join(folder, name), options);
  receivers.push(made);
  return made;
}

const to = (id: string, port: number, key: string | null, settings = {}) =>
  order(id, `srt://127.0.0.1:${port}`, { kind: 'srt', key, settings });

test('goes out encrypted; a silent, a closed and a crashed receiver and each refusal show as what they are', async () => {
  const ports = await Promise.all(Array.from({ length: 5 }, () => freeUdpPort()));
  const [good, frozen, closing, locked, nobody] = ports as [number, number, number, number, number];
  const kept = await receiver(good, 'good.ts', passphrase);
  const stuck = await receiver(frozen, 'frozen.ts');
  const leaving = await receiver(closing, 'closing.ts');
  await receiver(locked, 'locked.ts', passphrase);
  const limit = await paced();
  const begun = performance.now();
  o.apply([
    // SRT gives up a packet that is later than this, and here a busy machine is the only network.
    to('good', good, passphrase, { streamId: '#!::r=capital,m=publish', latencyMs: 3000 }),
    to('frozen', frozen, null, { latencyMs: 400 }),
    to('closing', closing, null),
    to('locked', locked, 'not the passphrase'),
    to('unknown', refuser.port, null, { streamId: 'nobody knows it' }),
    to('nobody', nobody, null),
  ]);
  for (const [id, cause] of [
    ['locked', 'rejected'],
    ['unknown', 'rejected'],
    ['nobody', 'timeout'],
  ] as const) {
    const ms = await o.after(id, begun, cause, (e) => e.cause === cause);
    expect(ms, id).toBeLessThan(await limit(5000));
  }
  await Promise.all(['good', 'frozen', 'closing'].map((id) => o.live(id)));
  await until(
    'something arrived everywhere',
    () => stuck.bytes > 400_000 && leaving.bytes > 400_000,
    30_000,
  );

  const struck = performance.now();
  const before = [bus.sentBytes, kept.bytes] as const;
  stuck.freeze();
  await leaving.end('close');
  await o.says('closing', 'kicked');
  const ms = await o.after('frozen', struck, 'stalled', (e) => e.cause === 'stalled');
  expect(ms).toBeLessThan(await limit(5000));
  await o.after('frozen', struck, 'given up', (e) => e.state === 'retrying');
  // A new receiver in its place is found by itself, and so is one that nobody waited for.
  await stuck.end('crash');
  await receiver(frozen, 'again.ts');
  await receiver(nobody, 'late.ts');
  await Promise.all([o.live('frozen'), o.live('nobody')]);
  await until('8 s were sent', () => bus.sentBytes - before[0] > 3_000_000, 20_000);
  // MPEG-TS adds its own; what counts is that nothing of the program is missing. It is written late.
  const due = (bus.sentBytes - before[0]) * 0.95;
  await until('the good one received them', () => kept.bytes - before[1] > due);
  expect(o.of('good')).toMatchObject({ state: 'live', restarts: 0, droppedFrames: 0, via: null });

  o.apply([]);
  await until('all are gone', () => Object.keys(o.outputs.report()).length === 0);
  await until('the receiver saw the end', async () => {
    await kept.end('close');
    return true;
  });
  const file = join(folder, 'good.ts');
  expect(await packetFacts(file)).toMatchObject({ nonMonotonic: 0 });
  expect((await packetFacts(file)).maxVideoGapMs).toBeLessThan(200);
  expect((await streamsOf(file)).map((s) => s.codec).toSorted()).toEqual(['aac', 'h264']);
  expect(await complaints(joinedInTheMiddle(file))).toEqual([]);
});

/** The pictures of `file` from its third key frame on, as a decoder sees them that joins there. */
function joinedInTheMiddle(file: string): string {
  const raw = join(folder, 'raw.h264');
  execFileSync('ffmpeg', [
    '-nostdin',
    '-v',
    'quiet',
    '-y',
    '-i',
    file,
    ...'-an -c copy'.split(' '),
    raw,
  ]);
  const bytes = readFileSync(raw);
  const starts: { type: number; at: number }[] = [];
  for (
    let i = bytes.indexOf('000001', 0, 'hex');
    i >= 0;
    i = bytes.indexOf('000001', i + 3, 'hex')
  ) {
    starts.push({ type: (bytes[i + 3] ?? 0) & 31, at: i });
  }
  const sets = starts.filter((s) => s.type === 7);
  const keys = starts.filter((s, i) => s.type === 5 && starts[i - 1]?.type !== 5);
  // Each key frame brings its parameter sets along.
  expect(sets.length).toBe(keys.length);
  expect(keys.length).toBeGreaterThan(4);
  const middle = join(folder, 'middle.h264');
  writeFileSync(middle, bytes.subarray(sets[2]!.at));
  return middle;
}
