// RTMPS: a destination is believed only with a certificate that verifies for its name.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AirOutputOrder } from '../../server/contract/air-link.ts';
import { encoderProfile } from '../../server/contract/profiles.ts';
import { createOutputs, type Outputs } from '../../server/air/outputs/outputs.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { until } from '../kit/until.ts';

let folder: string;
let bus: SimulatedBus;
let platform: NginxRtmp;
const fronts: Server[] = [];
const opened: Outputs[] = [];
const encoder = encoderProfile.parse({
  id: 'test',
  name: 'test',
  width: 640,
  height: 360,
  fps: 30,
  videoKbps: 1500,
  audioKbps: 128,
  audioRate: 48_000,
  audioChannels: 2,
  keyframeSeconds: 1,
  h264Profile: 'high',
  x264Preset: 'veryfast',
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-tls-'));
  bus = await startSimulatedBus();
  platform = await startNginxRtmp();
});
afterAll(async () => {
  for (const o of opened) await o.close();
  for (const server of fronts) server.close();
  await platform.close();
  bus.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A TLS front before the platform, with a self-signed certificate for `name`. */
async function front(name: string): Promise<{ port: number; certificate: string }> {
  const key = join(folder, `${name}.key`);
  const certificate = join(folder, `${name}.pem`);
  execFileSync(
    'openssl',
    [
      ...'req -x509 -newkey rsa:2048 -nodes -days 2 -subj'.split(' '),
      `/CN=${name}`,
      ...`-addext subjectAltName=DNS:${name} -keyout ${key} -out ${certificate}`.split(' '),
    ],
    { stdio: 'ignore' },
  );
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (socket) => {
      const inner = connect(platform.port, '127.0.0.1');
      inner.on('error', () => socket.destroy());
      socket.on('error', () => inner.destroy());
      socket.pipe(inner).pipe(socket);
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fronts.push(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, certificate };
}

function start(port: number, caFile?: string): Outputs {
  const o = createOutputs({
    tap: bus,
    clock: systemClock(),
    log: silentLog,
    random: Math.random,
    ...(caFile === undefined ? {} : { caFile }),
  });
  opened.push(o);
  const order: AirOutputOrder = {
    id: 'a',
    kind: 'rtmp',
    url: `rtmps://localhost:${port}/live`,
    key: `tls${port}?s=1`,
    run: true,
    settings: null,
    backupUrl: null,
    folder: null,
  };
  o.apply([order], encoder);
  return o;
}

test('goes out over TLS to a certificate that verifies', async () => {
  const { port, certificate } = await front('localhost');
  const o = start(port, certificate);
  await until('live', () => o.report()['a']?.state === 'live', 15_000);
  expect(platform.requests.at(-1)?.key).toBe(`tls${port}`);
});

test.each(['localhost', 'otro.example'])(
  'refuses a certificate that does not verify (%s), before any key is sent',
  async (name) => {
    const { port, certificate } = await front(name);
    const o = start(port, name === 'localhost' ? undefined : certificate);
    await until('says why', () => o.report()['a']?.problem?.cause === 'certificate', 15_000);
    expect(platform.requests.some((r) => r.key === `tls${port}`)).toBe(false);
  },
);
