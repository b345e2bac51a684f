// The database on a real disk: durable when acknowledged, forward-only, and clear when it cannot be opened.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { openSecretBox } from '../../server/core/secret-box.ts';
import { openDestinations } from '../../server/outputs/destination-store.ts';
import { openStore } from '../../server/store/database.ts';
import { migrate, migrations } from '../../server/store/migrations.ts';
import type { Database } from '../../server/store/schema.ts';
import { nodeSqliteDialect } from '../../server/store/sqlite-dialect.ts';
import { rootDir } from '../kit/studio.ts';
import { until } from '../kit/until.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'store-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const person = (user: string) => ({
  user,
  name: user,
  password_hash: null,
  roles_json: '["viewer"]',
  created_at: 1,
});

async function refusal(work: Promise<unknown>): Promise<StudioError> {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof StudioError)) throw new Error(`not refused in words: ${String(error)}`);
  return error;
}

test('a new database has every table, the second opening migrates nothing, its mode is 0600', async () => {
  const first = await openStore(dir);
  expect(first.migrated).toEqual(Object.keys(migrations));
  expect(statSync(first.file).mode & 0o777).toBe(0o600);
  await first.db.insertInto('people').values(person('ana')).execute();
  await first.close();
  const second = await openStore(dir);
  expect(second.migrated).toEqual([]);
  expect(second.healthy()).toBe(true);
  expect(await second.db.selectFrom('people').selectAll().execute()).toEqual([person('ana')]);
  await second.close();
  expect(second.healthy()).toBe(false);
});

test('writes are WAL with synchronous=FULL and foreign keys hold', async () => {
  const store = await openStore(dir);
  const pragma = new DatabaseSync(store.file);
  expect(pragma.prepare('pragma journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
  pragma.close();
  const session = { token_hash: 'x', user: 'nobody', created_at: 1, seen_at: 1, expires_at: 2 };
  await expect(store.db.insertInto('sessions').values(session).execute()).rejects.toThrow(
    /FOREIGN KEY/,
  );
  await store.close();
});

test('what was acknowledged is there after kill -9', async () => {
  const script = `
    import { openStore } from ${JSON.stringify(join(rootDir, 'server/store/database.ts'))};
    const store = await openStore(${JSON.stringify(dir)});
    for (let i = 0; ; i += 1) {
      await store.db.insertInto('settings').values({ key: 'k' + i, value_json: '1' }).execute();
      console.log(i);
    }`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (d: Buffer) => (printed += d.toString()));
  await until('50 acknowledged writes', () => printed.split('\n').length > 50, 30_000);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  const acknowledged = printed.slice(0, printed.lastIndexOf('\n')).split('\n').length;
  const store = await openStore(dir);
  const { count } = await store.db
    .selectFrom('settings')
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  expect(count).toBeGreaterThanOrEqual(acknowledged);
  await store.close();
});

test('a row written now survives the rollback of a transaction that was open', async () => {
  const store = await openStore(dir);
  const sql = 'insert into settings (key, value_json) values (?, ?)';
  await expect(
    store.db.transaction().execute(async (trx) => {
      await trx.insertInto('settings').values({ key: 'inside', value_json: '1' }).execute();
      store.writeNow(sql, ['evidence', '1']);
      throw new Error('undo');
    }),
  ).rejects.toThrow('undo');
  const rows = await store.db.selectFrom('settings').select('key').execute();
  expect(rows).toEqual([{ key: 'evidence' }]);
  await store.close();
});

test('a damaged file is named, with what to do', async () => {
  writeFileSync(
    join(dir, 'studio.db'),
    'this is not a database, not even close to one'.repeat(100),
  );
  const error = await refusal(openStore(dir));
  expect(error.code).toBe('unavailable');
  expect(error.words.es).toMatch(/dañada.*studio\.db/);
  expect(error.words.en).toMatch(/damaged/);
});

test('a file locked by another program is said so', async () => {
  const other = new DatabaseSync(join(dir, 'studio.db'));
  other.exec('pragma locking_mode = exclusive; create table t (a); begin exclusive');
  const error = await refusal(openStore(dir));
  expect(error.words.es).toMatch(/en uso por otro programa/);
  other.close();
});

test('a folder that cannot be made is said so', async () => {
  writeFileSync(join(dir, 'file'), '');
  const error = await refusal(openStore(join(dir, 'file', 'data')));
  expect(error.words.es).toMatch(/No se pudo abrir/);
});

test('a database of the first release keeps its outputs, with what the second one adds', async () => {
  const box = openSecretBox(join(dir, 'secret.key'));
  const raw = new DatabaseSync(join(dir, 'studio.db'));
  const old = new Kysely<Database>({ dialect: nodeSqliteDialect(raw, () => undefined) });
  const { '0001-first': first } = migrations;
  expect(await migrate(old as Kysely<unknown>, { '0001-first': first! })).toEqual(['0001-first']);
  const row = (id: string, kind: 'rtmp' | 'icecast', more: Record<string, unknown>) => ({
    id,
    name: id,
    profile: kind,
    kind,
    url_sealed: box.seal(`${kind}://host:8000/app`, `output:${id}:url`),
    key_sealed: box.seal(`key of ${id}`, `output:${id}:key`),
    with_air: 1,
    settings_json: null,
    ordered: 'start' as const,
    created_at: 1,
    position: 1,
    ...more,
  });
  // As the first release wrote them: the columns of the second are not there.
  await old
    .insertInto('outputs')
    .values(row('fb', 'rtmp', {}) as never)
    .execute();
  const settings_json = '{"lowpassHz":4500,"bitrateKbps":64}';
  await old
    .insertInto('outputs')
    .values(row('am', 'icecast', { settings_json, position: 2 }) as never)
    .execute();
  await old.insertInto('people').values(person('ana')).execute();
  await old.destroy();

  const store = await openStore(dir);
  expect(store.migrated).toEqual(Object.keys(migrations).filter((name) => name !== '0001-first'));
  const [fb, am] = (await openDestinations(store.db, box)).list();
  const added = { backupUrl: null, priority: 50, mayShed: false, unreadable: false };
  expect(fb).toMatchObject({
    ...added,
    id: 'fb',
    url: 'rtmp://host:8000/app',
    key: 'key of fb',
    ordered: 'start',
    settings: null,
  });
  expect(am).toMatchObject({
    ...added,
    key: 'key of am',
    settings: { lowpassHz: 4500, bitrateKbps: 64 },
  });
  expect(await store.db.selectFrom('people').selectAll().execute()).toEqual([person('ana')]);
  await store.close();
});

test('a database of a newer version is refused and left as it was', async () => {
  const raw = new DatabaseSync(join(dir, 'studio.db'));
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(raw, () => undefined) });
  await migrate(db, { ...migrations, '9999-future': { up: async () => undefined } });
  await db.destroy();
  const error = await refusal(openStore(dir));
  expect(error.words.es).toMatch(/versión más nueva.*9999-future/);
});

test('a migration that fails half-way changes nothing', async () => {
  const raw = new DatabaseSync(join(dir, 'studio.db'));
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(raw, () => undefined) });
  await migrate(db);
  const broken = {
    async up(trx: Kysely<unknown>): Promise<void> {
      await trx.schema.createTable('half').addColumn('a', 'text').execute();
      throw new Error('power cut');
    },
  };
  const error = await refusal(migrate(db, { ...migrations, '9998-broken': broken }));
  expect(error.words.es).toMatch(/9998-broken/);
  const tables = await db.introspection.getTables();
  expect(tables.map((t) => t.name)).not.toContain('half');
  await db.destroy();
});
