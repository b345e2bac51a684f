// A data disk without room: every command says so, nothing is half done, and it goes on when there is room.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from '../../server/store/database.ts';
import { mountSmallDisk, type SmallDisk } from '../kit/small-disk.ts';

let disk: SmallDisk | null;
let store: Store | null = null;
beforeEach(() => {
  disk = mountSmallDisk(4);
});
afterEach(async () => {
  await store?.close();
  disk?.close();
});

const people = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    user: `persona-${i}`,
    name: 'x'.repeat(1000),
    password_hash: null,
    roles_json: '[]',
    created_at: 1,
  }));

test('a write that does not fit is refused in words, alone and in a transaction', async (context) => {
  if (!disk) {
    context.skip('mounting needs root');
    return;
  }
  store = await openStore(disk.path);
  const { db } = store;
  const write = () => db.insertInto('people').values(people(20)).execute();
  disk.fill(0);
  const full = {
    code: 'unavailable',
    words: {
      es: 'El disco de datos está lleno; no se cambió nada. Libere espacio e intente de nuevo.',
    },
  };
  await expect(write()).rejects.toMatchObject(full);
  const whole = db.transaction().execute(async (step) => {
    await step.insertInto('settings').values({ key: 'a', value_json: '1' }).execute();
    await step.insertInto('people').values(people(20)).execute();
  });
  // Not that there is nothing to roll back, which the disk has done already.
  await expect(whole).rejects.toMatchObject(full);
  expect(store.healthy()).toBe(true);
  expect(await db.selectFrom('settings').selectAll().execute()).toEqual([]);

  disk.release();
  await write();
  expect(await db.selectFrom('people').select('user').execute()).toHaveLength(20);
});

test('a mistake of ours stays one', async () => {
  if (!disk) return;
  store = await openStore(disk.path);
  const twice = store.db.insertInto('people').values([...people(1), ...people(1)]);
  await expect(twice.execute()).rejects.toThrow(/UNIQUE/);
  await expect(twice.execute()).rejects.not.toHaveProperty('code', 'unavailable');
});
