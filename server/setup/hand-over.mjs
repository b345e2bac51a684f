// `npm run hand-over`: control of this folder ends in order and leaves the air to the next start.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { root } from './places.mjs';
import { fail } from './run.mjs';

const patienceMs = 20_000;
const data = resolve(root, process.env.STUDIO_DATA || './data');
const pid = await owner(data);
if (pid === null) fail(`No hay un servidor con esta carpeta / no server uses this folder: ${data}`);
process.kill(pid, 'SIGUSR2');
const until = Date.now() + patienceMs;
while ((await owner(data)) === pid) {
  if (Date.now() > until) fail(`El servidor (proceso ${pid}) no terminó. / It did not end.`);
  await new Promise((done) => setTimeout(done, 100));
}
console.log(
  '✓ El aire sigue solo. Arranque otra vez con npm start. / The air goes on; start again.',
);

/** Pid of the control of a data folder, from its lock (server/core/process-lock.ts); null without one. */
function owner(folder) {
  return new Promise((done) => {
    let path;
    try {
      path = realpathSync(folder);
    } catch {
      return done(null);
    }
    const id = createHash('sha256').update(path).digest('hex').slice(0, 32);
    const socket = connect(`\0studio-control-${id}`);
    let text = '';
    const end = () => {
      socket.destroy();
      done(/^\d+$/.test(text) ? Number(text) : null);
    };
    socket.setTimeout(1000, end);
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    socket.once('error', end);
    socket.once('end', end);
  });
}
