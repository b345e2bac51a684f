// The floor of a fan-out: socket.io alone, broadcasting what it is given, with the studio's own options.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, {
  serveClient: false,
  perMessageDeflate: false,
  httpCompression: false,
});
const screens = io.of('/studio');
screens.on('connection', (socket) => {
  socket.emit('snapshot', {});
});
io.of('/air').on('connection', (socket) => {
  socket.on('report', (_report: unknown, patch: unknown) => {
    screens.emit('patch', patch);
  });
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
