// Recordings on the control side: the order carries the folder of what is on, and follows it.
import { expect, test } from 'vitest';
import type { Occurrence } from '../../server/contract/grid.ts';
import type { AirOrder } from '../../server/contract/air-link.ts';
import { airBench, ana, liveOutput, type AirBench } from './air-service-bench.ts';

function airing(id: string, time: string, title: string): Occurrence {
  const start = Date.parse(`2026-11-21T${time}:00-05:00`);
  return {
    id,
    slot: id,
    program: id,
    title,
    department: 'Hacienda',
    start,
    end: start + 3_600_000,
    date: '2026-11-21',
    time,
    scene: 'Estudio',
    layer: 'grid',
    signLanguage: false,
    captions: false,
    problem: null,
  };
}

const zona = airing('zona@2026-11-21', '10:00', 'Zona Tributaria');
const mundo = airing('mundo@2026-11-21', '11:00', 'Mundo Positivo');

/** The grid speaks: `now` is on. */
async function on(bench: AirBench, now: Occurrence | null): Promise<void> {
  bench.store.change((draft) => {
    draft.grid.now = now;
    draft.parts.grid = { state: 'ok', text: '', textEn: '', since: 0 };
  });
  await bench.clock.advance(1000);
}

async function recorder(): Promise<{ bench: AirBench; id: string }> {
  const bench = await airBench();
  bench.link.connect();
  bench.report();
  const create = bench.air.handlers['output.create'];
  const made = create({ name: 'Grabación', profile: 'recording', withAir: true }, ana);
  const { id } = await bench.run(made);
  await bench.run(bench.air.handlers['output.start']({ id }, ana));
  return { bench, id };
}

const folder = (order: AirOrder | undefined) => order?.outputs[0]?.folder;

test('each occurrence leaves an order with its own folder, and only then', async () => {
  const { bench } = await recorder();
  await on(bench, zona);
  const orders = () => bench.link.orders;
  expect(folder(orders().at(-1))).toMatchObject({
    name: '2026-11-21 1000 Zona Tributaria',
    about: { department: 'Hacienda', plannedEnd: '2026-11-21T11:00:00-05:00' },
  });
  const count = orders().length;
  await bench.clock.advance(5000);
  expect(orders()).toHaveLength(count);
  await on(bench, { ...zona, end: zona.end + 600_000 });
  expect(folder(orders().at(-1))).toMatchObject({
    name: '2026-11-21 1000 Zona Tributaria',
    about: { plannedEnd: '2026-11-21T11:10:00-05:00' },
  });
  await on(bench, mundo);
  expect(folder(orders().at(-1))?.name).toBe('2026-11-21 1100 Mundo Positivo');
  // Interrupted by the other, it goes on later: the grid shows its second half from there.
  await on(bench, { ...zona, start: mundo.end, time: '12:00' });
  expect(folder(orders().at(-1))?.name).toBe('2026-11-21 1000 Zona Tributaria');
  await on(bench, null);
  expect(folder(orders().at(-1))?.name).toMatch(/^\d{4}-\d\d-\d\d \d{4} Fuera de parrilla$/);
});

test('each transmission outside the grid has a folder of its own, and keeps it until it ends', async () => {
  const { bench, id } = await recorder();
  await on(bench, null);
  const name = () => folder(bench.link.orders.at(-1))?.name ?? '';
  const { handlers } = bench.air;
  const wall = () =>
    new Date(bench.clock.now() - 5 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
  const expected = () => `${wall().replace(':', '')} Fuera de parrilla`;
  expect(folder(bench.link.orders.at(-1))?.zone).toBe('America/Bogota');
  const first = name();
  await bench.clock.advance(600_000);
  expect(name()).toBe(first);

  // The same day again, after it ended.
  await bench.run(handlers['output.stop']({ id }, ana));
  await bench.clock.advance(60_000);
  await bench.run(handlers['output.start']({ id }, ana));
  const second = name();
  expect(second).not.toBe(first);
  expect(second).toBe(expected());

  // A recording that is always on: the transmission itself ends and begins.
  await bench.clock.advance(60_000);
  await bench.run(handlers['air.goLive']({}, ana));
  const third = name();
  expect(third).toBe(expected());
  expect(third).not.toBe(second);

  // A control that starts again leaves what goes on where it is.
  await bench.clock.advance(120_000);
  const next = await bench.restart();
  next.link.connect();
  await on(next, null);
  expect(folder(next.link.orders.at(-1))?.name).toBe(third);
  // What follows a programme of the grid is on its own again.
  await on(next, zona);
  await on(next, null);
  expect(folder(next.link.orders.at(-1))?.name).not.toBe(third);
});

test('a control that starts again leaves recordings where they are until its grid is read', async () => {
  const { bench } = await recorder();
  await on(bench, zona);
  const next = await bench.restart();
  next.link.connect();
  await next.clock.advance(2000);
  expect(folder(next.link.orders.at(-1))?.name).toBe('2026-11-21 1000 Zona Tributaria');
  await on(next, mundo);
  expect(folder(next.link.orders.at(-1))?.name).toBe('2026-11-21 1100 Mundo Positivo');
});

test('one that is ordered and does not record raises one critical alarm of its own', async () => {
  const { bench, id } = await recorder();
  const problem = { cause: 'diskFull', detail: '0.9 GB free', at: 0 } as const;
  const report = (state: 'live' | 'retrying') =>
    bench.report({
      source: 'live',
      outputs: { [id]: { ...liveOutput, state, problem: state === 'live' ? null : problem } },
    });
  const up = () =>
    Object.values(bench.store.get().alarms)
      .filter((a) => a.clearedAt === null && a.id.includes(id))
      .map((a) => `${a.severity} ${a.id}`);
  for (let i = 0; i < 12; i += 1) {
    report('retrying');
    await bench.clock.advance(500);
  }
  expect(up()).toEqual([`critical recording-${id}`]);
  expect(bench.store.get().outputs[id]?.problem?.text).toContain('disco');
  report('live');
  await bench.clock.advance(1000);
  expect(up()).toEqual([]);
});
