// The end of the web room: nobody who is slow to let go keeps control from handing over.
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { paced } from '../kit/slowness.ts';
import { next, openRoom } from './web-room.ts';

const left: Socket[] = [];
afterEach(() => {
  for (const socket of left.splice(0)) socket.destroy();
});

/** A peer that says `text`, hears the first answer (null: none comes), and nothing from then on. */
async function silent(url: string, text: string, answer: RegExp | null): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  left.push(socket);
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write(text);
  if (!answer) return;
  let heard = '';
  await new Promise<void>((resolve) => {
    socket.on('data', (piece: Buffer) => {
      heard += piece.toString('latin1');
      if (answer.test(heard)) resolve();
    });
  });
  socket.pause();
}

const upgrade = [
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
  'Host: studio',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

test('a screen that sleeps and a request that never ends are not waited for', async () => {
  const room = await openRoom();
  await silent(room.url, upgrade, /"sid"/);
  await silent(room.url, 'GET / HTTP/1.1\r\nHost: studio\r\n', null);
  const limit = await paced();
  const began = performance.now();
  await room.close();
  expect(performance.now() - began).toBeLessThan(await limit(1500));
});

test.each(['airEnds', 'airGoesOn'] as const)(
  'every page is told of an orderly end (%s) before it comes, one that arrives then too',
  async (farewell) => {
    const room = await openRoom();
    const token = await room.adminToken();
    const heard: string[] = [];
    const first = room.socket(token);
    first.on('patch', () => heard.push('patch'));
    first.on('closing', (said) => heard.push(said));
    await next(first, 'snapshot');
    const told = next(first, 'closing');
    room.state.change((draft) => {
      draft.switcher.program = 'Estudio';
    });
    room.farewell(farewell);
    expect(await told).toBe(farewell);
    // What was known before is there first.
    expect(heard.slice(-2)).toEqual(['patch', farewell]);
    expect(await next(room.socket(token), 'closing')).toBe(farewell);
    await room.close();
  },
);
