// CPU and memory of control, air, ingest and each destination at 1080p30 6 Mb/s, beside one plain ffmpeg.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAirPid } from '../../server/outputs/air-files.ts';
import { startIcecast } from '../kit/icecast.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { startStudio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';
import { atEnd, opened } from './ends.ts';
import { figure, ratio } from './figures.ts';
import { both, heading, table } from './print.ts';
import { childrenOf, watchCosts } from './processes.ts';
import { programStream, renderProgram } from './program-file.ts';

/** After everything is live: young generations fill and free memory only shows with time. */
const settleMs = 15_000;
const measureMs = 30_000;
const targetMb = 300;
const programSeconds = 10;

/** Runs the part and prints it. */
export async function media(): Promise<void> {
  heading('Máquina que cuesta', 'What it costs the machine');
  const folder = mkdtempSync(join(tmpdir(), 'bench-media-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const ffmpeg = (...args: string[]): ChildProcess => {
    const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...args], { stdio: 'ignore' });
    atEnd(() => child.kill('SIGKILL'));
    return child;
  };
  const platform = (): Promise<NginxRtmp> => opened(startNginxRtmp(), (n) => n.close());
  const [facebook, youtube, peerEnd, icecast] = await Promise.all([
    platform(),
    platform(),
    platform(),
    opened(startIcecast(), (i) => i.close()),
  ]);
  const file = await renderProgram(folder, programSeconds);
  const studio = await opened(startStudio({ env: { STUDIO_OBS: 'off' } }), (s) => s.stop());
  const client = await studio.client();
  await client.see('ingest', (s) => s.air.ingest.state === 'up', 30_000);
  await client.see('slate', (s) => s.air.slate !== 'none', 60_000);
  const create = async (name: string, profile: string, url: string, key: string) =>
    (await client.command('output.create', { name, profile, url, key })).id;
  const ids = [
    await create('Uno', 'rtmp-custom', facebook.url, 'uno'),
    await create('Dos', 'rtmp-custom', youtube.url, 'dos'),
    await create('Radio', 'radio-am', icecast.mountUrl, icecast.sourcePassword),
  ];
  ffmpeg(
    ...`-re -stream_loop -1 -i ${file} -c copy -f flv`.split(' '),
    `rtmp://127.0.0.1:${studio.rtmpPort}/program/${programStream(studio.dataDir)}`,
  );
  await client.see('program', (s) => s.air.program !== null, 20_000);
  await client.command('air.goLive', {});
  await client.see(
    'everything live',
    (s) => s.air.source === 'live' && ids.every((id) => s.outputs[id]?.state === 'live'),
    60_000,
  );
  const peer = ffmpeg(...`-i ${facebook.url}/uno -c copy -f flv ${peerEnd.url}/par`.split(' '));
  await until('the peer delivers', () => peerEnd.recordedBytes() > 500_000, 20_000);
  await new Promise((resolve) => setTimeout(resolve, settleMs));

  const air = readAirPid(studio.dataDir)?.pid ?? 0;
  const children = childrenOf(air);
  const child = (sign: string): number => children.find((c) => c.command.includes(sign))?.pid ?? 0;
  const watch = watchCosts({
    control: studio.pid,
    air,
    ingest: child('ingest/child'),
    one: child(`:${facebook.port}/`),
    two: child(`:${youtube.port}/`),
    radio: child(`:${icecast.port}/`),
    peer: peer.pid ?? 0,
  });
  await new Promise((resolve) => setTimeout(resolve, measureMs));
  const cost = watch.stop();
  const mbps = (statSync(file).size * 8) / programSeconds / 1e6;
  const total = cost.control.memoryMb + cost.air.memoryMb + cost.ingest.memoryMb;
  const row = (name: string, c: { cpuPercent: number; memoryMb: number }): string[] => [
    name,
    figure(c.cpuPercent),
    ratio(c.cpuPercent, cost.peer.cpuPercent),
    figure(c.memoryMb),
    ratio(c.memoryMb, cost.peer.memoryMb),
  ];
  const sum = {
    cpuPercent: cost.control.cpuPercent + cost.air.cpuPercent + cost.ingest.cpuPercent,
    memoryMb: total,
  };
  table(
    [`1080p30, ${figure(mbps)} Mb/s`, '% núcleo/core', '× ffmpeg', 'MB PSS', '× ffmpeg'],
    [
      row('par: un ffmpeg -c copy / peer: one ffmpeg -c copy', cost.peer),
      row('control', cost.control),
      row('emisión / air', cost.air),
      row('recepción / ingest', cost.ingest),
      row(`control + air + ingest (meta/target ≤ ${targetMb} MB)`, sum),
      row('destino 1 / destination 1', cost.one),
      row('destino 2 / destination 2', cost.two),
      row('radio AM (codifica/encodes)', cost.radio),
    ],
  );
  both(
    `Un computador pequeño basta: el estudio entero toma ${figure(sum.cpuPercent)} % de un núcleo y ${figure(total)} MB, y cada plataforma más ${figure(cost.two.cpuPercent)} % y ${figure(cost.two.memoryMb)} MB; a quien sube el video lo limita la conexión, no la máquina.`,
    `A small computer is enough: the whole studio takes ${figure(sum.cpuPercent)} % of a core and ${figure(total)} MB, each further platform ${figure(cost.two.cpuPercent)} % and ${figure(cost.two.memoryMb)} MB; the upload is the limit, not the machine.`,
  );
  both(
    'PSS: la memoria compartida se reparte entre quienes la comparten; se da la mayor vista. El par lee de la primera plataforma y envía a otra.',
    'PSS: shared memory is divided among its sharers; the largest seen is given. The peer reads from the first platform and sends to another.',
  );
}
