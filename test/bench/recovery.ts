// Recovery: how long after a source loss and a destination loss, beside an ffmpeg puller and nginx push.
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../kit/until.ts';
import type { Bench } from './bench.ts';
import { readyEncoder, type Encoder } from './encoder.ts';
import type { EncoderTarget } from './encoder-process.ts';
import { figure, machineMs, ratio, spread } from './figures.ts';
import { startLoneAir } from './lone-air.ts';
import { startPeers, wayNames, ways, type Way } from './peers.ts';
import { both, heading, table } from './print.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import type { Diary } from './stream-diary.ts';

const rounds = 3;
const awayMs = 3000;
/** Losses nearer to each other than this count as flapping, and air waits longer by design. */
const calmMs = 11_000;
/** What has not come back by then is given as never. */
const patienceMs = 15_000;

/** What one way took, ms, one entry per loss; Infinity where nothing came. */
interface Times {
  /** From the end of the source to the first picture of the slate. */
  readonly killed: number[];
  /** The same for a source that stays connected and says nothing, as behind a cut cable. */
  readonly frozen: number[];
  readonly program: number[];
  readonly destination: number[];
  /** Longest time without any picture around a source loss. */
  readonly dark: number[];
  /** Sessions the platform saw beyond the first, per source loss. */
  readonly broken: number[];
}

/** Runs the part and prints it. */
export async function recovery(bench: Bench): Promise<void> {
  heading('Recuperación', 'Recovery');
  const file = await bench.program();
  let receiver = await startReceiver();
  const { port, url } = receiver;
  const peers = await startPeers(url);
  const air = await startLoneAir([{ id: 'studio', kind: 'rtmp', url, key: 'studio' }]);
  const targets = [air.program, ...peers.targets];
  const times = Object.fromEntries(ways.map((way) => [way, noTimes()])) as Record<Way, Times>;

  let encoder = await readyEncoder(file, 1);
  await encoder.publish(targets);
  if (!(await everybodyHas(receiver, 1, 60_000))) throw new Error('a way never began');
  let returnedAt = machineMs();
  for (let round = 0; round < rounds; round += 1) {
    const standby = await readyEncoder(file, encoder.number + 1);
    await wait(Math.max(0, returnedAt + calmMs - machineMs()));
    const loss = round % 2 === 0 ? 'killed' : 'frozen';
    await loseSource({ receiver, encoder, standby, targets, times, loss });
    encoder = standby;
    returnedAt = machineMs();
    receiver = await loseDestination({ receiver, port, encoder, times, round });
  }
  show(times);
}

function noTimes(): Times {
  return { killed: [], frozen: [], program: [], destination: [], dark: [], broken: [] };
}

interface SourceLoss {
  readonly receiver: Receiver;
  readonly encoder: Encoder;
  readonly standby: Encoder;
  readonly targets: readonly EncoderTarget[];
  readonly times: Readonly<Record<Way, Times>>;
  readonly loss: 'killed' | 'frozen';
}

/** Ends the encoder or stops it dead, and has the next one publish after a while. */
async function loseSource(rig: SourceLoss): Promise<void> {
  const { receiver, encoder, standby, targets, times, loss } = rig;
  const before = await receiver.diaries();
  const lostAt = machineMs();
  if (loss === 'frozen') encoder.freeze();
  else await encoder.kill();
  await wait(awayMs);
  await encoder.kill();
  const backAt = await standby.publish(targets);
  await everybodyHas(receiver, standby.number, patienceMs);
  const after = await receiver.diaries();
  for (const way of ways) {
    const diary = after[way];
    const slate = diary?.stretches.find((s) => s.encoder === null && s.firstAt > lostAt);
    const program = firstAt(diary, standby.number);
    const gaps = diary?.gaps.filter((g) => g.at + g.ms > lostAt).map((g) => g.ms) ?? [];
    times[way][loss].push((slate?.firstAt ?? Infinity) - lostAt);
    times[way].program.push(program - backAt);
    times[way].dark.push(Math.max(0, ...gaps, Number.isFinite(program) ? 0 : Infinity));
    times[way].broken.push((diary?.sessions.length ?? 0) - (before[way]?.sessions.length ?? 0));
  }
}

interface DestinationLoss {
  readonly receiver: Receiver;
  readonly port: number;
  readonly encoder: Encoder;
  readonly times: Readonly<Record<Way, Times>>;
  readonly round: number;
}

/** Kills the destination, starts another one on its port after a while, and gives that one. */
async function loseDestination(rig: DestinationLoss): Promise<Receiver> {
  await rig.receiver.kill();
  // Not always at the same point of everybody's retries.
  await wait(awayMs + rig.round * 430);
  const receiver = await startReceiver(rig.port);
  await everybodyHas(receiver, rig.encoder.number, patienceMs);
  const diaries = await receiver.diaries();
  for (const way of ways) {
    const first = firstAt(diaries[way], rig.encoder.number);
    rig.times[way].destination.push(first - receiver.listeningAt);
  }
  return receiver;
}

/** Waits until every way brings pictures of this encoder; false when it is too late to wait on. */
async function everybodyHas(receiver: Receiver, number: number, ms: number): Promise<boolean> {
  const has = async (): Promise<boolean> => {
    const diaries = await receiver.diaries();
    return ways.every((way) => Number.isFinite(firstAt(diaries[way], number)));
  };
  return until('pictures by every way', has, ms, 200).catch(() => false);
}

/** When the first picture of this encoder had arrived, ms of the machine's clock; Infinity: never. */
function firstAt(diary: Diary | undefined, number: number): number {
  return diary?.stretches.find((s) => s.encoder === number)?.firstAt ?? Infinity;
}

function show(times: Readonly<Record<Way, Times>>): void {
  const half = (way: Way, what: keyof Times): number => spread(times[way][what]).p50;
  const most = (way: Way, what: keyof Times): string => seconds(Math.max(...times[way][what]));
  const row = (way: Way): string[] => [
    wayNames[way],
    seconds(half(way, 'killed')),
    seconds(half(way, 'frozen')),
    seconds(half(way, 'program')),
    ratio(half(way, 'program'), half('studio', 'program')),
    most(way, 'dark'),
    ratio(Math.max(...times[way].dark), Math.max(...times.studio.dark)),
    figure(half(way, 'broken')),
    seconds(half(way, 'destination')),
    most(way, 'destination'),
    ratio(half(way, 'destination'), half('studio', 'destination')),
  ];
  table(
    [
      `s, mediana de ${rounds}`,
      'muere → cortinilla',
      'enmudece → cortinilla',
      'vuelve → programa',
      '× estudio',
      'sin imagen, máx',
      '× estudio',
      'sesiones rotas',
      'destino vuelve → imagen',
      'máx',
      '× estudio',
    ],
    ways.map(row),
  );
  const own = (what: keyof Times): string => seconds(half('studio', what));
  both(
    `Si OBS se cae, la gente ve «Ya regresamos» a los ${own('killed')} s (${own('frozen')} s si enmudece sin cerrar), en la misma transmisión, y el programa ${own('program')} s después de que OBS vuelve: 1 s para creerle y lo que falte para su cuadro clave, cada 2 s. Con los pares la plataforma se queda sin imagen y ve una sesión nueva.`,
    `When OBS dies people see the slate after ${own('killed')} s (${own('frozen')} s when it goes silent without closing), in the same broadcast, and the program ${own('program')} s after OBS is back: 1 s to trust it and the wait for its key frame, each 2 s. With the peers the platform has no picture and sees a new session.`,
  );
  both(
    `Si una plataforma se cae y vuelve, recibe imagen otra vez a los ${own('destination')} s sin que nadie haga nada.`,
    `When a platform goes and comes back it has a picture again after ${own('destination')} s, and nobody had to do anything.`,
  );
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? figure(ms / 1000) : 'nunca/never';
}
