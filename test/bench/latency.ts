// Added latency: from the encoder to a destination's socket through the studio, beside a direct push.
import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { startStudio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';
import type { Bench } from './bench.ts';
import { readyEncoder } from './encoder.ts';
import { atEnd, opened } from './ends.ts';
import { figure, machineMs, signed, spread, type Spread } from './figures.ts';
import { startPeers, wayNames, ways } from './peers.ts';
import { both, heading, table } from './print.ts';
import { programStream } from './program-file.ts';
import { startReceiver } from './receiver.ts';
import { stampOf } from './stamp.ts';
import type { Aged } from './stream-diary.ts';

const settleMs = 3000;
const measureMs = 20_000;

/** Runs the part and prints it. */
export async function latency(bench: Bench): Promise<void> {
  heading('Demora que agrega el estudio', 'Latency the studio adds');
  const file = await bench.program();
  const receiver = await startReceiver();
  const peers = await startPeers(receiver.url);
  const studio = await opened(startStudio({ env: { STUDIO_OBS: 'off' } }), (s) => s.stop());
  const client = await studio.client();
  await client.see('ingest', (s) => s.air.ingest.state === 'up', 30_000);
  await client.see('slate', (s) => s.air.slate === 'rendered', 60_000);
  const { id } = await client.command('output.create', {
    name: 'Destino',
    profile: 'rtmp-custom',
    url: receiver.url,
    key: 'studio',
  });
  const encoder = await readyEncoder(file, 1);
  await encoder.publish([
    { port: studio.rtmpPort, app: 'program', name: programStream(studio.dataDir) },
    { port: receiver.port, app: 'live', name: 'direct' },
    ...peers.targets,
  ]);
  await client.see('program', (s) => s.air.program !== null, 20_000);
  await client.command('air.goLive', {});
  await client.see(
    'live',
    (s) => s.air.source === 'live' && s.outputs[id]?.state === 'live',
    60_000,
  );
  await until('every way delivers', async () => {
    const ages = await receiver.ages();
    return ways.every((way) => (ages[way]?.length ?? 0) > 0);
  });
  await wait(settleMs);
  const monitorAges = watchMonitor(`${studio.url}/monitor/program.flv`, client.token);
  const from = machineMs();
  await wait(measureMs);
  const noted = await receiver.ages();
  const since = (list: readonly Aged[] = []): Spread =>
    spread(list.filter((f) => f.stamp >= from).map((f) => f.age));
  show({
    direct: since(noted['direct']),
    puller: since(noted['puller']),
    push: since(noted['push']),
    studio: since(noted['studio']),
    monitor: since(monitorAges),
  });
}

/** Reads the program as the page's player does; gives the ages of its frames, growing. */
function watchMonitor(url: string, token: string): readonly Aged[] {
  const ages: Aged[] = [];
  const parser = createFlvParser();
  const request = get(url, { headers: { authorization: `Bearer ${token}` } }, (answer) => {
    answer.on('data', (chunk: Buffer) => {
      for (const tag of parser.push(chunk)) {
        const stamp = tag.type === 'video' ? stampOf(tag.body) : null;
        if (stamp) ages.push({ stamp: stamp.left, age: machineMs() - stamp.left });
      }
    });
  });
  request.on('error', () => undefined);
  atEnd(() => request.destroy());
  return ages;
}

function show(found: Record<'direct' | 'puller' | 'push' | 'studio' | 'monitor', Spread>): void {
  const { direct, puller, push, studio, monitor } = found;
  const row = (name: string, f: Spread): string[] => [
    name,
    figure(f.p50),
    signed(f.p50 - direct.p50),
    figure(f.p95),
    signed(f.p95 - direct.p95),
    String(f.count),
  ];
  table(
    ['ms', 'p50', '− directo', 'p95', '− directo', 'cuadros/frames'],
    [
      row('piso: el codificador, directo / floor: the encoder, direct', direct),
      row(wayNames.puller, puller),
      row(wayNames.push, push),
      row('por el estudio (meta/target ≤ +50) / through the studio', studio),
      row('al monitor de la página / to the monitor of the page', monitor),
    ],
  );
  const added = studio.p95 - direct.p95;
  both(
    `Pasar por el estudio demora la imagen ${figure(added)} ms, ${figure(added / (1000 / 30))} cuadros: nadie lo nota junto a los segundos que tarda cada plataforma.`,
    `Going through the studio delays the picture by ${figure(added)} ms, ${figure(added / (1000 / 30))} frames: nobody notices beside the seconds each platform takes.`,
  );
  both(
    'Cada cuadro lleva la hora a la que salió del codificador; se cuenta hasta que el destino lo tiene entero.',
    'Each frame carries the time it left the encoder; the count ends when the destination has all of it.',
  );
}
