// A server that reads nothing of what its kernel takes, by what its sender sees of the connection.
import { spawnSync } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionIn, createTcpWindows } from '../../server/air/outputs/tcp-windows.ts';
import { nextUnread, unreadMs, type Unread } from '../../server/air/outputs/unread.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { childrenOf } from '../kit/processes.ts';
import { until } from '../kit/until.ts';

/** What was taken by then and what it may still be sent; null: no answer. */
type Look = readonly [acked: number, window: number] | null;
const windowOf = ([acked, window]: NonNullable<Look>) => ({ acked, window });

/** Looks a second apart, from the first on. */
function after(...looks: readonly Look[]): number {
  let seen: Unread | null = null;
  looks.forEach((look, i) => (seen = nextUnread(seen, look && windowOf(look), i * 1000)));
  return seen === null ? 0 : unreadMs(seen);
}

test.each<[string, readonly Look[], number]>([
  // As measured of nginx-rtmp under SIGSTOP, 3 Mb/s, its window widened by the first burst.
  [
    'frozen',
    [
      [560_446, 1_516_544],
      [880_583, 1_516_544],
      [1_266_389, 1_142_784],
      [1_656_000, 771_000],
    ],
    2000,
  ],
  [
    'frozen until its window is full, and after',
    [
      [880_583, 1_516_544],
      [1_656_000, 771_000],
      [2_439_946, 2_048],
      [2_441_994, 0],
      [2_441_994, 0],
    ],
    3000,
  ],
  // As measured with segments of 1500 bytes.
  [
    'frozen, in small segments',
    [
      [906_388, 1_436_672],
      [1_302_996, 1_160_192],
      [1_698_814, 859_136],
    ],
    2000,
  ],
  [
    'frozen, on a machine that answers now and then',
    [[880_583, 1_516_544], null, [1_656_000, 771_000], null],
    2000,
  ],
  [
    'it reads again',
    [
      [880_583, 1_516_544],
      [1_656_000, 771_000],
      [2_030_000, 1_516_544],
    ],
    0,
  ],
  [
    'it reads all',
    [
      [500_000, 65_536],
      [900_000, 65_536],
      [1_300_000, 65_536],
    ],
    0,
  ],
  [
    'it reads at half the speed: slow, not frozen',
    [
      [500_000, 1_500_000],
      [900_000, 1_300_000],
      [1_300_000, 1_100_000],
    ],
    0,
  ],
  [
    'one picture was taken and is about to be read, and then the program pauses',
    [
      [500_000, 131_072],
      [530_000, 101_072],
      [530_000, 101_072],
      [530_000, 101_072],
    ],
    0,
  ],
  [
    'another connection',
    [
      [880_583, 1_516_544],
      [1_656_000, 771_000],
      [3_000, 65_536],
    ],
    0,
  ],
])('%s', (_, looks, ms) => {
  expect(after(...looks)).toBe(ms);
});

test('whoever reads half of it or more is never called frozen', () => {
  const steps = fc.array(fc.tuple(fc.nat(500_000), fc.integer({ min: 50, max: 100 })));
  fc.assert(
    fc.property(steps, fc.nat(6_000_000), (taken, buffer) => {
      let acked = 0;
      let read = 0;
      const looks = taken.map(([bytes, percent]) => {
        const goes = Math.min(bytes, buffer - (acked - read));
        acked += goes;
        read = Math.min(acked, read + Math.ceil((bytes * percent) / 100));
        return [acked, buffer - (acked - read)] as const;
      });
      expect(after(...looks)).toBe(0);
    }),
  );
});

test('reads what ss prints; what it leaves out is zero', () => {
  const inode = '772696';
  expect(
    connectionIn(
      `ESTAB 0 36 127.0.0.1:43210 127.0.0.1:1935 ino:${inode} sk:1001 cgroup:/a <-> ts sack cubic wscale:7,7 rto:204 mss:32768 bytes_sent:919 bytes_acked:883 segs_out:3 snd_wnd:1516544 rcv_wnd:65536`,
    ),
  ).toEqual({ inode, window: { acked: 883, window: 1_516_544 } });
  const full = `ESTAB 0 0 127.0.0.1:43212 127.0.0.1:1935 ino:${inode} sk:1002 <-> ts sack rcv_wnd:65536`;
  expect(connectionIn(full)).toEqual({ inode, window: { acked: 0, window: 0 } });
  expect(connectionIn('Cannot parse dst/src address.')).toBeNull();
});

describe('a far end that takes without reading, as this process sees it', () => {
  const taken: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => taken.push(socket));
  let socket: Socket;
  let port: number;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
    socket = connect(port, '127.0.0.1');
    await until('connected', () => taken.length === 1);
  });
  afterAll(() => {
    socket.destroy();
    for (const each of taken) each.destroy();
    server.close();
  });

  test('what is taken is seen, of nobody else', async () => {
    const windows = createTcpWindows({ clock: systemClock(), log: silentLog });
    // Who is asked starts with the first question.
    const before = await until('seen', () => windows.of(process.pid, port));
    expect(before.window).toBeGreaterThan(0);
    socket.write(Buffer.alloc(40_000));
    const most = before.acked + 40_000;
    await until('taken', async () => (await windows.of(process.pid, port))?.acked === most);
    const gone = spawnSync(process.execPath, ['--version']).pid;
    expect(await windows.of(gone, port)).toBeNull();
    expect(await windows.of(process.pid, 1)).toBeNull();
    windows.close();
    expect(await windows.of(process.pid, port)).toBeNull();
  });

  test('whoever asked for us dies: another one asks, some seconds later', async () => {
    const clock = systemClock();
    let later = 0;
    const windows = createTcpWindows({
      clock: { ...clock, mono: () => clock.mono() + later },
      log: silentLog,
    });
    await windows.of(process.pid, port);
    const askers = childrenOf(process.pid).filter(({ command }) => command.startsWith('xargs '));
    for (const { pid } of askers) process.kill(pid, 'SIGKILL');
    await until('missed', async () => (await windows.of(process.pid, port)) === null);
    later = 10_000;
    await until('back', async () => (await windows.of(process.pid, port)) !== null);
    windows.close();
  });

  test('without ss nothing is known, and it is said once', async () => {
    const said: unknown[] = [];
    const log = { ...silentLog, warn: (fields: unknown) => said.push(fields) };
    const ssPath = '/no/such/ss';
    const windows = createTcpWindows({ clock: systemClock(), log, ssPath });
    expect(await windows.of(process.pid, port)).toBeNull();
    expect(await windows.of(process.pid, port)).toBeNull();
    expect(said).toEqual([{ program: ssPath }]);
    windows.close();
  });
});
