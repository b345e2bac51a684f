// Added latency: from the encoder to a destination's socket through the studio, beside a direct push.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import { startNginxRtmp } from '../kit/nginx-rtmp.ts';
import { rtmpClient, rtmpMessage, type RtmpClient } from '../kit/rtmp-client.ts';
import { startStudio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';
import { atEnd, opened } from './ends.ts';
import { figure, machineMs, signed, spread, type Spread } from './figures.ts';
import { both, heading, table } from './print.ts';
import { startHelper } from './processes.ts';
import { programStream, renderProgram } from './program-file.ts';
import type { Aged, AskAges, FromReceiver } from './rtmp-receiver.ts';
import { stamped, stampOf } from './stamp.ts';

const measureMs = 25_000;
/** As OBS sends. */
const chunkSize = 4096;

/** Runs the part and prints it. */
export async function latency(): Promise<void> {
  heading('Demora que agrega el estudio', 'Latency the studio adds');
  const folder = mkdtempSync(join(tmpdir(), 'bench-latency-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const receiver = startHelper<AskAges, FromReceiver>('./rtmp-receiver.ts');
  atEnd(() => receiver.close());
  let port = 0;
  let ages: Record<string, Aged[]> | null = null;
  receiver.onMessage((message) => {
    if (message.t === 'listening') port = message.port;
    else ages = message.ages;
  });
  const nginx = await opened(startNginxRtmp(), (n) => n.close());
  const studio = await opened(startStudio({ env: { STUDIO_OBS: 'off' } }), (s) => s.stop());
  const file = await renderProgram(folder, 10);
  await until('the destination listens', () => port);
  const client = await studio.client();
  await client.see('ingest', (s) => s.air.ingest.state === 'up', 30_000);
  await client.see('slate', (s) => s.air.slate !== 'none', 60_000);
  const url = `rtmp://127.0.0.1:${port}/live`;
  const { id } = await client.command('output.create', {
    name: 'Destino',
    profile: 'rtmp-custom',
    url,
    key: 'studio',
  });
  await startEncoder(file, [
    { port: studio.rtmpPort, app: 'program', name: programStream(studio.dataDir) },
    { port, app: 'live', name: 'direct' },
    { port: nginx.port, app: 'live', name: 'par' },
  ]);
  await client.see('program', (s) => s.air.program !== null, 20_000);
  await client.command('air.goLive', {});
  // Long enough to meet a key frame: it has to know of both streams before it writes its header.
  const probe = ['-fflags', '+nobuffer', '-analyzeduration', '4000000'];
  // prettier-ignore
  const peer = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...probe, '-i', `${nginx.url}/par`,
      '-map', '0:v', '-map', '0:a', '-c', 'copy', '-f', 'flv', `${url}/peer`], { stdio: 'ignore' });
  atEnd(() => peer.kill('SIGKILL'));
  await client.see(
    'live',
    (s) => s.air.source === 'live' && s.outputs[id]?.state === 'live',
    60_000,
  );
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const monitorAges = watchMonitor(`${studio.url}/monitor/program.flv`, client.token);
  const from = machineMs();
  await new Promise((resolve) => setTimeout(resolve, measureMs));
  receiver.send({ t: 'ages' });
  const noted = await until('what arrived', () => ages);
  const since = (list: readonly Aged[] = []): Spread =>
    spread(list.filter((f) => f.stamp >= from).map((f) => f.age));
  show({
    direct: since(noted['direct']),
    peer: since(noted['peer']),
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
        if (stamp !== null) ages.push({ stamp, age: machineMs() - stamp });
      }
    });
  });
  request.on('error', () => undefined);
  atEnd(() => request.destroy());
  return ages;
}

function show(found: Record<'direct' | 'peer' | 'studio' | 'monitor', Spread>): void {
  const { direct, peer, studio, monitor } = found;
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
      row('par: nginx-rtmp y ffmpeg -c copy / peer: nginx-rtmp and ffmpeg -c copy', peer),
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

/** Publishes the file in real time, for ever, to several servers at once; each picture is stamped as it leaves. */
async function startEncoder(
  file: string,
  targets: readonly { port: number; app: string; name: string }[],
): Promise<void> {
  const tags = createFlvParser().push(readFileSync(file));
  const media = tags.filter((tag) => tag.type !== 'script' && !tag.header && tag.body.length > 5);
  const lengthMs = (media.at(-1)?.timestamp ?? 0) + 1000 / 30;
  const clients = await Promise.all(
    targets.map(async ({ port, app, name }) => {
      const client = await rtmpClient(port);
      const size = Buffer.alloc(4);
      size.writeUInt32BE(chunkSize);
      client.connectApp(app);
      await client.expect('NetConnection.Connect.Success');
      client.publish(name);
      await client.expect('NetStream.Publish.Start');
      client.send(rtmpMessage(1, 0, size, { cid: 2 }));
      for (const tag of tags) if (tag.header) send(client, tag, 0, tag.body);
      return client;
    }),
  );
  const began = performance.now();
  let next = 0;
  let loop = 0;
  let turn = 0;
  let timer: NodeJS.Timeout;
  const pump = (): void => {
    for (;;) {
      const tag = media[next];
      if (!tag) return;
      const due = loop * lengthMs + tag.timestamp;
      const wait = began + due - performance.now();
      if (wait > 0) {
        timer = setTimeout(pump, wait);
        return;
      }
      next += 1;
      if (next === media.length) {
        next = 0;
        loop += 1;
      }
      // Turn about: the first one written to has no advantage.
      turn += 1;
      for (let i = 0; i < clients.length; i += 1) {
        const client = clients[(i + turn) % clients.length];
        const body = tag.type === 'video' ? stamped(tag.body, machineMs()) : tag.body;
        if (client) send(client, tag, Math.round(due), body);
      }
    }
  };
  pump();
  atEnd(() => {
    clearTimeout(timer);
    for (const client of clients) client.end();
  });
}

function send(client: RtmpClient, tag: FlvTag, timestamp: number, body: Buffer): void {
  const audio = tag.type === 'audio';
  client.send(
    rtmpMessage(audio ? 8 : 9, timestamp, body, {
      stream: 1,
      cid: audio ? 4 : 6,
      chunk: chunkSize,
    }),
  );
}
