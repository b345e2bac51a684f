// The bypass on the real ingest: a backup encoder and a field unit take over when OBS is gone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBus, type Bus } from '../../server/air/bus/bus.ts';
import { farthestFrom } from '../../server/air/bus/look-alike.ts';
import { createSlate, type Slate } from '../../server/air/bus/slate.ts';
import { defaultSplicerSettings } from '../../server/air/bus/splicer.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { complaints, packetFacts } from '../kit/media-probe.ts';
import { until } from '../kit/until.ts';
import { record } from './bus-rig.ts';
import { keys, pushTest, startIngest, type Push, type TestIngest } from './ingest-harness.ts';

const backupKey = 'backup-key-4md82kxw';
const clock = systemClock();
let folder: string;
let t: TestIngest;
let slate: Slate;
let bus: Bus;
const running: Push[] = [];
const push = (path: string, key: string): Push => {
  const started = pushTest(t.url(path, key), '320x180');
  running.push(started);
  return started;
};
const feeding = (): string => bus.report().feeding;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bus-bypass-'));
  t = await startIngest();
  slate = createSlate({
    clock,
    log: silentLog,
    random: Math.random,
    dir: join(folder, 'slates'),
    // What is tested here does not need one: the last picture freezes.
    render: () => Promise.reject(new Error('no ffmpeg')),
    farthest: (png, reel) => farthestFrom(png, reel, { clock }),
  });
  bus = createBus({
    clock,
    log: silentLog,
    random: Math.random,
    program: () => t.ingest.programFlv(),
    bypass: (name) => t.ingest.bypassFlv(name),
    slate,
    settings: { ...defaultSplicerSettings, settleMs: 500, flapMs: 0 },
  });
  t.ingest.onChange(() => bus.poke());
});
afterAll(async () => {
  bus.close();
  slate.close();
  await Promise.all(running.map((p) => p.kill()));
  await t.close();
  rmSync(folder, { recursive: true, force: true });
});

it('lets a backup encoder in only by its key, and covers OBS with it or with a field feed', async () => {
  // Without a key nobody is a backup encoder, whatever he brings.
  expect(t.ingest.bypassFlv('backup')).toBeNull();
  const stranger = push('program/backup', keys.program);
  await until('he is turned away', () => stranger.ended());
  t.ingest.apply({ ...t.order, backupKey });
  const wrong = push('program/backup', keys.play);
  await until('so is a wrong key', () => wrong.ended());
  await until('both are counted', () => t.ingest.report().refused === 2);
  expect(t.ingest.report().backup).toBeNull();

  bus.bypass('backup');
  const file = join(folder, 'bypass.flv');
  const recorder = record(bus.tap, file);
  bus.run(true);
  const backup = push('program/backup', backupKey);
  await until('the backup goes out while there is no program', () => feeding() === 'bypass');
  const facts = await until('its facts are measured', () => t.ingest.report().backup?.stream);
  expect(facts).toMatchObject({ videoCodec: 'h264', audioCodec: 'aac', width: 320, height: 180 });

  let program = push('program/main', keys.program);
  await until(
    'the program goes before it',
    () => feeding() === 'program' && bus.report().source === 'live',
  );
  await program.kill();
  await until('the backup covers the loss', () => feeding() === 'bypass');

  // A person chooses a field feed instead: the backup leaves the air at once.
  const unit = push('field/one', keys.one);
  await until('the feed arrives', () => t.ingest.report().feeds['one']?.stream);
  bus.bypass('one');
  expect(feeding()).not.toBe('bypass');
  await until('the feed goes out', () => feeding() === 'bypass');
  await unit.kill();
  await until('it is lost', () => feeding() === 'slate');
  program = push('program/main', keys.program);
  await until('the program is back', () => feeding() === 'program');

  // A key that is taken back ends its session.
  t.ingest.apply({ ...t.order, backupKey: null });
  await until('the backup is sent away', () => backup.ended() && !t.ingest.report().backup);
  await recorder.close();
  expect(await packetFacts(file)).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
  expect(await complaints(file)).toEqual([]);
});
