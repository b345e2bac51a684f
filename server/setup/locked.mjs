// Runs a step of the setup while no other start of this folder does the same.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fail, installed, stop } from './run.mjs';
import { root } from './places.mjs';

/** `flock`'s own answer when somebody else has the lock. */
const taken = 75;
const patienceSeconds = 900;

/**
 * Runs `script` (of this folder, by this Node) under the kernel's lock on this folder; another start
 * waits for it. Such a lock ends with its last holder however that dies, so it is never stale. The
 * script looks again whether there is still something to do. Stops the setup when it fails.
 */
export function underLock(script) {
  const here = join(root, 'server', 'setup');
  const command = [process.execPath, join(here, script)];
  const options = { cwd: root, stdio: 'inherit' };
  // Part of Debian's base; elsewhere two first starts at the same time are the user's own risk.
  if (!installed('flock')) return ended(script, spawnSync(command[0], [command[1]], options));
  const now = spawnSync('flock', ['-n', '-E', String(taken), here, ...command], options);
  if (now.status !== taken) return ended(script, now);
  console.log(
    '▸ Otro arranque está instalando; se espera… / another start is installing; waiting…',
  );
  const wait = ['-w', String(patienceSeconds), '-E', String(taken), here, ...command];
  return ended(script, spawnSync('flock', wait, options));
}

function ended(script, result) {
  if (result.error) fail(`${script}: ${result.error.message}`);
  if (result.status === taken)
    fail(
      'El otro arranque sigue instalando. Espere a que termine. / The other start still installs.',
    );
  // What went wrong was already said by the step itself.
  if (result.status !== 0) stop(result.status ?? 1);
}
