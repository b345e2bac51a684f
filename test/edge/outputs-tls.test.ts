// RTMPS: a destination is believed only with a certificate that verifies for its name.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { selfSigned, startTlsFront } from '../kit/tls-front.ts';
import { order, watch, type Watched } from './outputs-rig.ts';

let folder: string;
let bus: SimulatedBus;
let platform: NginxRtmp;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-tls-'));
  bus = await startSimulatedBus();
  platform = await startNginxRtmp();
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  await platform.close();
  bus.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An output to a front that shows a certificate for `name`, trusted or of nobody. */
async function to(name: string, trusted: boolean): Promise<{ o: Watched; key: string }> {
  const file = `${name}-${trusted}`;
  const certificate = selfSigned(folder, name, file);
  const front = await startTlsFront(platform.port, certificate);
  closing.push(() => front.close());
  const o = watch(bus, trusted ? { caFile: certificate.file } : {});
  closing.push(() => o.outputs.close());
  o.apply([order('a', `rtmps://localhost:${front.port}/live`, { key: `tls-${file}?s=1` })]);
  return { o, key: `tls-${file}` };
}

test('goes out over TLS to a certificate that verifies', async () => {
  const { o, key } = await to('localhost', true);
  await o.live('a');
  expect(platform.requests.at(-1)?.key).toBe(key);
});

test.each([
  ['of nobody we trust', 'localhost', false],
  ['of another host', 'otro.example', true],
] as const)('refuses a certificate %s, before any key is sent', async (_, name, trusted) => {
  const { o, key } = await to(name, trusted);
  await o.says('a', 'certificate');
  expect(platform.requests.some((r) => r.key === key)).toBe(false);
});
