// The backup of a station that is on the air: whole where it is restored, and silent until somebody orders.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backUp } from '../../server/backup.ts';
import { openSecretBox } from '../../server/core/secret-box.ts';
import { openStore } from '../../server/store/database.ts';
import { mountSmallDisk } from '../kit/small-disk.ts';
import { rootDir, startStudio, type Studio } from '../kit/studio.ts';

const env = { STUDIO_OBS: 'off' };
let studio: Studio;
let into: string;
let id: string;

beforeAll(async () => {
  into = mkdtempSync(join(tmpdir(), 'backup-'));
  studio = await startStudio({ env });
  const client = await studio.client();
  const made = await client.command('output.create', {
    name: 'Plataforma',
    profile: 'rtmp-custom',
    url: 'rtmp://127.0.0.1:9/live',
    key: 'clave-secreta',
    withAir: true,
  });
  id = made.id;
  await client.see('air is there', (s) => s.air.connected, 30_000);
  await client.command('air.goLive', {});
  await client.see('ordered', (s) => s.air.order === 'live' && s.outputs[id]?.order === 'start');
  mkdirSync(join(studio.dataDir, 'obs/home/.config'), { recursive: true });
  writeFileSync(join(studio.dataDir, 'obs/home/.config/escenas.json'), '{"cambiada":true}');
});
afterAll(async () => {
  await studio?.stop();
  rmSync(into, { recursive: true, force: true });
});

test('the command copies what cannot be made anew, for nobody else to read', () => {
  const said = execFileSync(process.execPath, ['server/setup/backup.mjs', into], {
    cwd: rootDir,
    env: { PATH: process.env['PATH'], STUDIO_DATA: studio.dataDir },
    encoding: 'utf8',
  });
  const copy = said.replace(/^✓ /, '').trim();
  expect(readdirSync(into)).toEqual([copy.slice(into.length + 1)]);
  expect(readdirSync(copy).toSorted()).toEqual(['air.token', 'obs', 'secret.key', 'studio.db']);
  expect(readdirSync(join(copy, 'obs/home/.config'))).toEqual(['escenas.json']);
  expect(statSync(copy).mode & 0o777).toBe(0o700);
  expect(statSync(join(copy, 'studio.db')).mode & 0o777).toBe(0o600);
  rmSync(copy, { recursive: true });
});

test('restored, it has people and keys, and orders nothing', async () => {
  const copy = backUp(studio.dataDir, into, Date.now());
  const store = await openStore(copy);
  const row = await store.db.selectFrom('outputs').selectAll().executeTakeFirstOrThrow();
  const box = openSecretBox(join(copy, 'secret.key'));
  expect(box.open(row.key_sealed ?? '', `output:${id}:key`)).toBe('clave-secreta');
  await store.close();

  const restored = await startStudio({ env, dataDir: copy });
  const client = await restored.client();
  await client.see('its air took an order', (s) => s.air.ingest.state === 'up', 30_000);
  expect(client.state()).toMatchObject({
    air: { order: 'stop', onAir: false },
    outputs: { [id]: { order: 'stop', state: 'idle', hasKey: true } },
  });
  await restored.stop();
  // The one that was copied went on.
  expect((await studio.client()).state().air.order).toBe('live');
});

test('a server that was killed: what its log still held is in the copy, and nothing is left beside it', async () => {
  const client = await studio.client();
  await client.command('output.create', { name: 'Última', profile: 'recording' });
  await studio.crash();
  // Air goes on, and may be keeping its newest order just now.
  const there = () =>
    readdirSync(studio.dataDir)
      .filter((name) => !name.endsWith('.tmp'))
      .toSorted();
  const before = there();
  // As after a power cut: the log is there, and nobody is at the database.
  rmSync(join(studio.dataDir, 'studio.db-shm'));
  const copy = backUp(studio.dataDir, into, Date.now() + 5000);
  const store = await openStore(copy);
  const names = await store.db.selectFrom('outputs').select('name').execute();
  expect(names.map((r) => r.name).toSorted()).toEqual(['Plataforma', 'Última']);
  await store.close();
  expect(there()).toEqual(before.filter((name) => name !== 'studio.db-shm'));
});

test('what is in the way is said, and nothing half is left', () => {
  expect(() => backUp(join(into, 'nada'), into, 0)).toThrow(/studio\.db/);
  // A disk that is not mounted must not become a folder on this one.
  expect(() => backUp(studio.dataDir, join(into, 'sin-montar'), 0)).toThrow(/ENOENT/);
  const disk = mountSmallDisk(1);
  if (!disk) return;
  try {
    disk.fill(40_000);
    const there = readdirSync(disk.path);
    expect(() => backUp(studio.dataDir, disk.path, 0)).toThrow(/space|full/);
    expect(readdirSync(disk.path)).toEqual(there);
  } finally {
    disk.close();
  }
});
