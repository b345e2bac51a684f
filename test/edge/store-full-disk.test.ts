// A data disk without room: every command says so, nothing is half done, and it goes on when there is room.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAlarmLatch } from '../../server/core/alarm-latch.ts';
import type { AlarmWords } from '../../server/core/alarms.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { watchDataDisk } from '../../server/store/data-disk.ts';
import { openStore, type Store } from '../../server/store/database.ts';
import { closings } from '../kit/closings.ts';
import { mountSmallDisk, type SmallDisk } from '../kit/small-disk.ts';
import { until } from '../kit/until.ts';

let disk: SmallDisk | null;
let store: Store | null = null;
beforeEach(() => {
  // Too small for a reserve.
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

test('with room set aside people go on working on a full disk, and are told that it is full', async (context) => {
  const roomy = mountSmallDisk(64);
  if (!roomy) {
    context.skip('mounting needs root');
    return;
  }
  const closing = closings(context);
  closing(() => roomy.close());
  const opened = await openStore(roomy.path);
  closing(() => opened.close());
  const { db, reserve } = opened;
  const alarms = new Map<string, AlarmWords>();
  let look: () => void = () => undefined;
  const clock = systemClock();
  const watch = watchDataDisk({
    clock: {
      ...clock,
      every(_ms, work) {
        look = work;
        return () => undefined;
      },
    },
    log: silentLog,
    latch: createAlarmLatch({
      raise: (id, words) => void alarms.set(id, words),
      clear: (id) => void alarms.delete(id),
    }),
    folder: roomy.path,
    reserve,
  });
  closing(() => watch.close());
  const severity = (): string | undefined => alarms.get('data-disk')?.severity;
  const looks = (what: string, expected: string) =>
    until(what, () => {
      look();
      return severity() === expected;
    });
  await looks('little room', 'warning');
  expect(reserve.whole()).toBe(true);

  roomy.fill(0);
  await db.transaction().execute(async (step) => {
    await step.insertInto('settings').values({ key: 'a', value_json: '1' }).execute();
    await step.insertInto('people').values(people(400)).execute();
  });
  opened.writeNow('insert into settings (key, value_json) values (?, ?)', ['b', '2']);
  expect(await db.selectFrom('settings').select('key').orderBy('key').execute()).toHaveLength(2);
  expect(await db.selectFrom('people').select('user').execute()).toHaveLength(400);
  expect(reserve.whole()).toBe(false);
  await looks('full', 'critical');

  // The reserve is no second disk: what does not fit is refused, and what is there stays.
  roomy.fill(0);
  const tooMuch = db.updateTable('people').set({ name: 'y'.repeat(20_000) });
  await expect(tooMuch.execute()).rejects.toMatchObject({ code: 'unavailable' });
  expect(await db.selectFrom('people').select('user').execute()).toHaveLength(400);

  roomy.release();
  await looks('room again', 'warning');
  expect(reserve.whole()).toBe(true);
});

test('a server that was stopped starts on a disk that has become full', async (context) => {
  const roomy = mountSmallDisk(64);
  if (!roomy) {
    context.skip('mounting needs root');
    return;
  }
  const closing = closings(context);
  closing(() => roomy.close());
  const before = await openStore(roomy.path);
  expect(await before.reserve.restore()).toBe(true);
  await before.close();
  roomy.fill(0);
  const again = await openStore(roomy.path);
  closing(() => again.close());
  await again.db.insertInto('people').values(people(20)).execute();
  expect(await again.db.selectFrom('people').select('user').execute()).toHaveLength(20);
});
