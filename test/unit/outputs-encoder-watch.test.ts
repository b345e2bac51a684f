// Why an output that encodes is late: its own encoder or the way out, by literals and by this very process.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import {
  nextOpinion,
  noOpinion,
  type EncoderLook,
} from '../../server/air/outputs/encoder-watch.ts';
import { cpuHunger, schedNs } from '../../server/air/outputs/process-usage.ts';
import { backlogIn, grantedSendBuffer, tcpBacklog } from '../../server/air/outputs/tcp-backlog.ts';
import { until } from '../kit/until.ts';

/** As measured: on a machine with too little to give, and behind a line of 40 %. */
const starved: EncoderLook = { late: true, hunger: 1.03, wayOut: 0.02 };
const narrow: EncoderLook = { late: true, hunger: 0.1, wayOut: 1.32 };
/** Both at once: while the way out is full it is the way out. */
const both: EncoderLook = { late: true, hunger: 1.5, wayOut: 0.9 };
const well: EncoderLook = { late: false, hunger: 0.4, wayOut: null };
const thrice = (look: EncoderLook) => [look, look, look];

test.each<[string, readonly EncoderLook[], boolean]>([
  ['one look alone may have met a moment', [starved], false],
  ['two looks in a row', [starved, starved], true],
  ['not in a row', [starved, narrow, starved], false],
  ['well in between', [starved, well, starved], false],
  ['a narrow way out', [narrow, narrow, narrow], false],
  ['a narrow way out on a busy machine', [both, both, both], false],
  ['it keeps its cause until it is late again', [starved, starved, well, well], true],
  ['late again for another reason', [starved, starved, well, narrow, narrow], false],
  ['one other look does not change it', [starved, starved, narrow, starved], true],
  ['hung: it wants no processor', thrice({ ...starved, hunger: 0 }), false],
  ['not connected yet', thrice({ ...starved, wayOut: null }), false],
  ['a kernel that does not count', thrice({ ...starved, hunger: null }), false],
])('%s', (_, looks, slow) => {
  expect(looks.reduce(nextOpinion, noOpinion).slow).toBe(slow);
});

test('reads what the kernel says of connections and of threads', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:97A1 0100007F:0790 01 00034EB2:00000000 01:00000014 00000000     0        0 772696 4 0',
    '   1: 0100007F:97A2 0100007F:0790 01 00000010:00000000 01:00000014 00000000     0        0 772697 4 0',
    '   2: 0100007F:97A3 0100007F:0790 01 0000FFFF:00000000 01:00000014 00000000     0        0 772698 4 0',
  ].join('\n');
  expect(backlogIn(table, new Set(['772696', '772697']))).toBe(0x34eb2 + 0x10);
  expect(backlogIn(table, new Set(['1']))).toBeNull();
  expect(schedNs('1351991 277627 3\n')).toBe(1_629_618);
});

test('a far end that reads nothing: what it was sent stays here, and is counted', async () => {
  const taken: Socket[] = [];
  const server = createServer((socket) => void taken.push(socket.pause()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  try {
    await until('connected', () => taken.length === 1 && client.writable);
    const piece = Buffer.alloc(65_536);
    while (client.writableLength < 1_000_000) {
      client.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await tcpBacklog(process.pid)).toBeGreaterThan(65_536);
    taken[0]!.resume();
    await until('all of it was read', () => taken[0]!.bytesRead === client.bytesWritten);
    await until('nothing waits', async () => ((await tcpBacklog(process.pid)) ?? 0) < 65_536);
  } finally {
    client.destroy();
    server.close();
  }
  expect(await tcpBacklog(2 ** 22 + 7)).toBeNull();
  expect(await grantedSendBuffer(1)).toBe(1);
});

test('wants the processor while it works, whatever it is given, and not while it waits', async () => {
  const hunger = cpuHunger(process.pid);
  expect(await hunger(performance.now())).toBeNull();
  const until300 = performance.now() + 300;
  while (performance.now() < until300);
  expect(await hunger(performance.now())).toBeGreaterThan(0.8);
  expect(await cpuHunger(2 ** 22 + 7)(0)).toBeNull();
});
