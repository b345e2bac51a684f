// CPU and memory of 1, 4 and 10 destinations at 1080p30 6 Mb/s, beside ffmpeg pullers and nginx push.
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { readAirPid } from '../../server/outputs/air-files.ts';
import { startIcecast } from '../kit/icecast.ts';
import { startStudio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';
import type { Bench } from './bench.ts';
import { readyEncoder, type Encoder } from './encoder.ts';
import { opened } from './ends.ts';
import { figure, ratio } from './figures.ts';
import { startNginxHub, type NginxHub } from './nginx-hub.ts';
import { wayNames, ways, type Way } from './peers.ts';
import { both, heading, table } from './print.ts';
import { treeOf, watchCosts, type Cost, type Running } from './processes.ts';
import { programSeconds, programStream } from './program-file.ts';
import { startPuller, type Puller } from './puller.ts';

const counts = [1, 4, 10] as const;
/** After everything is live: a young generation fills, free memory only shows with time. */
const settleMs = 5000;
const measureMs = 10_000;
const targetMb = 300;

/** What one way costs with so many destinations, and how much of the media reached them, 0…1. */
interface Found extends Cost {
  readonly way: Way;
  readonly count: number;
  readonly delivered: number;
}

/** Runs the part and prints it. */
export async function media(bench: Bench): Promise<void> {
  heading('Máquina que cuesta', 'What it costs the machine');
  const file = await bench.program();
  const bytesPerMs = statSync(file).size / (programSeconds * 1000);
  const sinks = await startSinks();
  const pull = await startNginxHub({ live: [] });
  const push = await startNginxHub(
    Object.fromEntries(
      counts.map((n) => [`to${n}`, names(n).map((s) => `${sinks.push.url('live')}/${s}`)]),
    ),
  );
  const icecast = await opened(startIcecast(), (i) => i.close());
  const studio = await opened(startStudio({ env: { STUDIO_OBS: 'off' } }), (s) => s.stop());
  const client = await studio.client();
  await client.see('ingest', (s) => s.air.ingest.state === 'up', 30_000);
  await client.see('slate', (s) => s.air.slate === 'rendered', 60_000);
  const create = async (name: string, profile: string, url: string, key: string) =>
    (await client.command('output.create', { name, profile, url, key })).id;
  const radio = await create('Radio', 'radio-am', icecast.mountUrl, icecast.sourcePassword);
  const encoder = await readyEncoder(file, 1);
  const program = { port: studio.rtmpPort, app: 'program', name: programStream(studio.dataDir) };
  await encoder.publish([program, { port: pull.port, app: 'live', name: 'program' }]);
  await client.see('program', (s) => s.air.program !== null, 20_000);
  await client.command('air.goLive', {});

  const air = readAirPid(studio.dataDir)?.pid ?? 0;
  const ids = [radio];
  const pullers: Puller[] = [];
  const found: Found[] = [];
  let pushing: Encoder | null = null;
  let parts: Parts | null = null;
  for (const count of counts) {
    await pushing?.kill();
    pushing = await readyEncoder(file, 1);
    for (const name of names(count).slice(pullers.length)) {
      const id = await create(name, 'rtmp-custom', sinks.studio.url('live'), name);
      await client.command('output.start', { id });
      ids.push(id);
      pullers.push(
        startPuller(`${pull.url('live')}/program`, `${sinks.puller.url('live')}/${name}`),
      );
    }
    await pushing.publish([{ port: push.port, app: `to${count}`, name: 'program' }]);
    const live = (): boolean => ids.every((id) => client.state().outputs[id]?.state === 'live');
    await until('everything live', live, 60_000);
    await wait(settleMs);
    const all = treeOf(air);
    const isRadio = ({ command }: Running): boolean => command.includes(`:${icecast.port}/`);
    const watch = watchCosts({
      studio: pids(all.filter((p) => !isRadio(p))),
      puller: [pull.pid, ...pullers.map((p) => p.pid())],
      push: [push.pid],
      control: [studio.pid],
      air: [air],
      ingest: pids(all.filter((p) => p.command.includes('ingest/child'))),
      outputs: pids(all.filter((p) => p.command.includes(`:${sinks.studio.port}/`))),
      radio: pids(all.filter(isRadio)),
    });
    const before = await received(sinks);
    const from = performance.now();
    await wait(measureMs);
    const after = await received(sinks);
    const nominal = bytesPerMs * (performance.now() - from) * count;
    parts = watch.stop();
    for (const way of ways) {
      found.push({ ...parts[way], way, count, delivered: (after[way] - before[way]) / nominal });
    }
  }
  show(found, (bytesPerMs * 8) / 1000);
  if (parts) showParts(parts);
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `d${i + 1}`);
const pids = (processes: readonly Running[]): number[] => processes.map((p) => p.pid);

/** A destination for each way: takes everything, keeps nothing, counts. */
async function startSinks(): Promise<Record<Way, NginxHub>> {
  const [studio, puller, push] = await Promise.all(ways.map(() => startNginxHub({ live: [] })));
  if (!studio || !puller || !push) throw new Error('no destinations');
  return { studio, puller, push };
}

async function received(sinks: Record<Way, NginxHub>): Promise<Record<Way, number>> {
  const [studio = 0, puller = 0, push = 0] = await Promise.all(
    ways.map((way) => sinks[way].receivedBytes()),
  );
  return { studio, puller, push };
}

function show(found: readonly Found[], mbps: number): void {
  const at = (way: Way, count: number): Found => {
    const one = found.find((f) => f.way === way && f.count === count);
    if (!one) throw new Error(`nothing was measured for ${way} at ${count}`);
    return one;
  };
  /** What each destination beyond the first adds. */
  const further = (way: Way): Cost => {
    const [one, ten] = [at(way, 1), at(way, 10)];
    return {
      cpuPercent: (ten.cpuPercent - one.cpuPercent) / 9,
      memoryMb: (ten.memoryMb - one.memoryMb) / 9,
    };
  };
  const rows = (label: string, of: (way: Way) => Cost, count: number): string[][] =>
    ways.map((way) => {
      const [own, peer] = [of(way), of('puller')];
      return [
        `${label} · ${wayNames[way]}`,
        figure(own.cpuPercent),
        figure(own.cpuPercent / count),
        ratio(own.cpuPercent, peer.cpuPercent),
        figure(own.memoryMb),
        figure(own.memoryMb / count),
        ratio(own.memoryMb, peer.memoryMb),
      ];
    });
  const delivered = (count: number, i: number): string[] => {
    const way = ways[i];
    return way ? [`${figure(at(way, count).delivered * 100)} %`] : [];
  };
  table(
    [
      `1080p30, ${figure(mbps)} Mb/s`,
      '% núcleo/core',
      'por destino',
      '× ffmpeg',
      'MB PSS',
      'por destino',
      '× ffmpeg',
      'entregado',
    ],
    [
      ...counts.flatMap((count) =>
        rows(String(count), (way) => at(way, count), count).map((row, i) => [
          ...row,
          ...delivered(count, i),
        ]),
      ),
      ...rows('+1', further, 1),
    ],
  );
  const [own, peer] = [further('studio'), further('puller')];
  const ten = at('studio', 10);
  both(
    `Con diez plataformas la emisión toma ${figure(ten.cpuPercent)} % de un núcleo y ${figure(ten.memoryMb)} MB, y cada plataforma más ${figure(own.cpuPercent)} % y ${figure(own.memoryMb)} MB (un ffmpeg solo: ${figure(peer.cpuPercent)} % y ${figure(peer.memoryMb)} MB): un computador pequeño basta, y el límite es la conexión, ${figure(mbps)} Mb/s por plataforma.`,
    `With ten platforms the air takes ${figure(ten.cpuPercent)} % of a core and ${figure(ten.memoryMb)} MB, each further one ${figure(own.cpuPercent)} % and ${figure(own.memoryMb)} MB (a plain ffmpeg: ${figure(peer.cpuPercent)} % and ${figure(peer.memoryMb)} MB): a small computer is enough, and the limit is the upload, ${figure(mbps)} Mb/s per platform.`,
  );
  both(
    'El estudio: la emisión con su recepción, su medidor de imagen y sonido y un proceso por destino, que es lo que aísla a uno del otro; nginx push envía a todos desde un solo proceso, sin cortinilla. Los pares cuentan con su nginx. PSS: la memoria compartida se reparte; se da la mayor vista.',
    'The studio: air with its ingest, its picture and sound meter and one process per destination, which is what isolates them; nginx push sends to all from one process, with no slate. The peers count with their nginx. PSS: shared memory is divided among its sharers; the largest seen is given.',
  );
}

type Parts = Record<Way | 'control' | 'air' | 'ingest' | 'outputs' | 'radio', Cost>;

function showParts(parts: Parts): void {
  const { control, air, ingest, outputs, radio, studio } = parts;
  const meter = {
    cpuPercent: studio.cpuPercent - air.cpuPercent - ingest.cpuPercent - outputs.cpuPercent,
    memoryMb: studio.memoryMb - air.memoryMb - ingest.memoryMb - outputs.memoryMb,
  };
  const core = control.memoryMb + air.memoryMb + ingest.memoryMb;
  const row = (name: string, { cpuPercent, memoryMb }: Cost): string[] => [
    name,
    figure(cpuPercent),
    figure(memoryMb),
  ];
  table(
    ['de eso, con 10 destinos / of which, with 10', '% núcleo/core', 'MB PSS'],
    [
      row('emisión / air', air),
      row('recepción / ingest', ingest),
      row('medidor de imagen y sonido / picture and sound meter', meter),
      row('los 10 destinos / the 10 destinations', outputs),
      row('aparte: control / beside: control', control),
      row('aparte: radio AM (codifica/encodes)', radio),
    ],
  );
  both(
    `Control, emisión y recepción ocupan juntos ${figure(core)} MB (meta ≤ ${targetMb}).`,
    `Control, air and ingest take ${figure(core)} MB together (target ≤ ${targetMb}).`,
  );
}
