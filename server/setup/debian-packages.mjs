// Installs the Debian packages that are missing: as root, or by sudo after one question.
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { fail, installed, step } from './run.mjs';

const font = '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf';
const nginxRtmp = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

/** What each package brings, and how to see that it is there. */
const always = [
  { name: 'ffmpeg', there: () => installed('ffmpeg') && installed('ffprobe') },
  { name: 'iproute2', there: () => installed('ss') },
  { name: 'fonts-dejavu-core', there: () => existsSync(font) },
  { name: 'ca-certificates', there: () => existsSync('/etc/ssl/certs/ca-certificates.crt') },
];
const managedObs = [
  { name: 'obs-studio', there: () => installed('obs') },
  { name: 'xvfb', there: () => installed('Xvfb') },
  {
    name: 'libgl1-mesa-dri',
    there: () =>
      existsSync('/usr/lib/x86_64-linux-gnu/dri') || existsSync('/usr/lib/aarch64-linux-gnu/dri'),
  },
];
const forTests = [
  { name: 'nginx-light', there: () => installed('nginx') },
  { name: 'libnginx-mod-rtmp', there: () => existsSync(nginxRtmp) },
  { name: 'icecast2', there: () => installed('icecast2') },
  { name: 'chromium', there: () => installed('chromium') },
  { name: 'openssl', there: () => installed('openssl') },
  { name: 'libxml2-utils', there: () => installed('xmllint') },
];

/**
 * Installs what is missing for running (`tests` false) or for the test suite (`tests` true); with
 * `air` only what the air process needs on a machine of its own.
 */
export async function ensureDebianPackages({ tests, air = false }) {
  const obs = air ? 'off' : (process.env.STUDIO_OBS ?? 'auto');
  const wanted = [
    ...always,
    ...(tests || obs === 'auto' || obs === 'managed' ? managedObs : []),
    ...(tests ? forTests : []),
  ];
  const missing = wanted.filter((p) => !p.there()).map((p) => p.name);
  if (missing.length === 0) return;
  const byHand = `apt-get update && apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (!installed('apt-get')) {
    fail(
      `Faltan programas y este sistema no es Debian. Instale el equivalente de / install the equivalent of:\n  ${missing.join(' ')}`,
    );
  }
  const prefix = await privilege(missing, byHand);
  console.log(`▸ Paquetes de Debian / Debian packages: ${missing.join(' ')}`);
  // RUNLEVEL=1 keeps packages from starting services of their own on this machine.
  const env = [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'RUNLEVEL=1',
    'apt-get',
    '-qq',
    '-o',
    'Dpkg::Use-Pty=0',
  ];
  const [command, ...args] = [...prefix, ...env];
  step(command, [...args, 'update']);
  step(command, [...args, 'install', '-y', '--no-install-recommends', ...missing], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const still = wanted.filter((p) => !p.there()).map((p) => p.name);
  if (still.length > 0) fail(`Siguen faltando / still missing: ${still.join(' ')}\n  ${byHand}`);
}

/** The words to put before a command so that it runs as root; stops when there is no way. */
async function privilege(missing, byHand) {
  if (process.getuid?.() === 0) return [];
  const refuse = () =>
    fail(
      `Faltan paquetes de Debian / Debian packages are missing. Como administrador / as root:\n  ${byHand}`,
    );
  if (!installed('sudo') || !process.stdin.isTTY) return refuse();
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(
    `Faltan / missing: ${missing.join(' ')}\n¿Instalarlos con sudo? / Install them with sudo? [S/n] `,
  );
  lines.close();
  return /^(s|si|sí|y|yes|)$/i.test(answer.trim()) ? ['sudo'] : refuse();
}
