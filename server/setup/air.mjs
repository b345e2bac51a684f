// `npm run air`: what the air process needs, then that process alone (STUDIO_AIR=external on control).
import { ensureDebianPackages } from './debian-packages.mjs';
import { lockOwner } from './lock-owner.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { compiledOnce, dataFolder } from './places.mjs';
import { become, isService } from './run.mjs';

ensureNpmPackages();
await ensureDebianPackages({ tests: false, air: true });
if (isService()) await alone(dataFolder());
become(['--disable-warning=ExperimentalWarning', 'server/air/main.ts'], compiledOnce());

/** A service takes over from the air that control had started; a person is told to end that one. */
async function alone(data) {
  for (let said = null; ;) {
    const pid = await lockOwner('air', data);
    if (pid === null) return;
    if (pid !== said)
      console.log(
        `Otro proceso de emisión (${pid}) usa ${data}; se espera a que termine. / Another air uses it; waiting for its end.`,
      );
    said = pid;
    await new Promise((done) => setTimeout(done, 200));
  }
}
