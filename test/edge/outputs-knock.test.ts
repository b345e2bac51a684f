// Knocking on real sockets, and a worker that waits for the door to open.
import { createServer, type Server } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { knock } from '../../server/air/outputs/knock.ts';
import { startKnocking } from '../../server/air/outputs/knocking-worker.ts';
import { unstarted, type Worker } from '../../server/air/outputs/worker.ts';
import { systemClock } from '../../server/core/clock.ts';
import { freePort } from '../kit/ports.ts';

const clock = systemClock();
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function listening(): Promise<number> {
  const port = await freePort();
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return port;
}

test('open, refused, and what nobody can tell', async () => {
  const open = await listening();
  const shut = await freePort();
  expect(await knock({ host: '127.0.0.1', port: open }, clock)).toBe('open');
  expect(await knock({ host: 'localhost', port: open }, clock)).toBe('open');
  expect(await knock({ host: '127.0.0.1', port: shut }, clock)).toBe('refused');
  // A name that no server knows is for the real try to judge.
  expect(await knock({ host: 'no-such-host.invalid', port: 1935 }, clock)).toBe('unclear');
});

/** A worker that only says that it was started. */
function fake(): { worker: Worker; ended: () => boolean } {
  const gone = Promise.withResolvers<{ cause: 'kicked'; detail: string }>();
  let ended = false;
  const end = () => {
    ended = true;
    gone.resolve({ cause: 'kicked', detail: 'told to' });
  };
  return {
    worker: {
      pid: 42,
      view: () => ({ ...unstarted, accepted: true }),
      lines: () => ['a line'],
      end: async () => end(),
      kill: end,
      gone: gone.promise,
    },
    ended: () => ended,
  };
}

test('behind a shut door nothing is started; behind an open one it is the worker itself', async () => {
  const never = startKnocking({ host: '127.0.0.1', port: await freePort() }, clock, () => {
    throw new Error('started');
  });
  expect(never.view()).toEqual(unstarted);
  expect(await never.gone).toMatchObject({ cause: 'refused' });

  const inner = fake();
  const started = Promise.withResolvers<void>();
  const worker = startKnocking({ host: '127.0.0.1', port: await listening() }, clock, () => {
    started.resolve();
    return inner.worker;
  });
  expect(worker.pid).toBeNull();
  await started.promise;
  expect([worker.pid, worker.view().accepted, worker.lines()]).toEqual([42, true, ['a line']]);
  await worker.end();
  expect(inner.ended()).toBe(true);
  expect(await worker.gone).toMatchObject({ cause: 'kicked' });
});

test('ended while it knocks, it never starts', async () => {
  const worker = startKnocking({ host: '127.0.0.1', port: await listening() }, clock, () => {
    throw new Error('started');
  });
  await worker.end();
  expect(await worker.gone).toMatchObject({ cause: 'unknown' });
});
