// `npm run hand-over`: control of this folder ends in order and leaves the air to the next start.
import { lockOwner } from './lock-owner.mjs';
import { dataFolder } from './places.mjs';
import { fail } from './run.mjs';

const patienceMs = 20_000;
const data = dataFolder();
const pid = await lockOwner('control', data);
if (pid === null) fail(`No hay un servidor con esta carpeta / no server uses this folder: ${data}`);
try {
  process.kill(pid, 'SIGUSR2');
} catch (error) {
  if (error.code !== 'ESRCH')
    fail(`El servidor (proceso ${pid}) es de otro usuario. / It is another user's: ${error.code}`);
}
const until = Date.now() + patienceMs;
while ((await lockOwner('control', data)) === pid) {
  if (Date.now() > until) fail(`El servidor (proceso ${pid}) no terminó. / It did not end.`);
  await new Promise((done) => setTimeout(done, 100));
}
console.log(
  '✓ El aire sigue solo. Arranque otra vez con npm start. / The air goes on; start again.',
);
