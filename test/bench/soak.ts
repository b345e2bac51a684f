// The long run: half an hour or more on the air with a loss of the source each minute, control gone.
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../kit/until.ts';
import type { Bench } from './bench.ts';
import { readyEncoder } from './encoder.ts';
import { figure, machineMs, mean, signed, type Trend } from './figures.ts';
import { startLoneAir, type LoneOutput } from './lone-air.ts';
import { watchMemory, type MemoryCourse } from './memory-watch.ts';
import { startPeers, wayNames } from './peers.ts';
import { both, heading, line, table } from './print.ts';
import type { Running } from './processes.ts';
import { startReceiver } from './receiver.ts';
import type { ClockWindow, Diary } from './stream-diary.ts';

const usualMinutes = 30;
const minuteMs = 60_000;
/** Into each minute; and how long the source is away. */
const lossAtMs = 25_000;
const awayMs = 5000;
/** Heaps and windows fill at first: a fifth of the time, five minutes at most. */
const warmUpShare = 0.2;
const longestWarmUpMs = 5 * minuteMs;
/** Below this a slope is warm-up still. */
const tellingMs = 20 * minuteMs;

/** Streams at the destination, by name. */
const streams = {
  studio: wayNames.studio,
  second: 'su segundo destino / its second destination',
  puller: wayNames.puller,
  push: wayNames.push,
} as const;

/** Runs the part and prints it; `bench.amount` is its length in minutes. */
export async function soak(bench: Bench): Promise<void> {
  const minutes = bench.amount ?? usualMinutes;
  heading(`Larga duración: ${minutes} min`, `Soak: ${minutes} min`);
  const file = await bench.program();
  const receiver = await startReceiver();
  const { url } = receiver;
  const peers = await startPeers(url);
  const air = await startLoneAir(outputsTo(url));
  const targets = [air.program, ...peers.targets];
  let encoder = await readyEncoder(file, 1);
  await encoder.publish(targets);
  await until(
    'every stream arrives',
    async () => {
      const diaries = await receiver.diaries();
      return Object.keys(streams).every((name) =>
        diaries[name]?.stretches.some((s) => s.encoder === 1),
      );
    },
    60_000,
    200,
  );
  await until('every output is live', () => allLive(air.report()?.outputs ?? {}), 60_000);
  await air.leaveAlone();

  const own = watchMemory(() => [air.pid], partOfAir);
  const other = watchMemory(
    () => [peers.pullHub, peers.puller.pid(), peers.pushHub].filter((pid) => pid > 0),
    ({ pid }) => (pid === peers.pushHub ? wayNames.push : wayNames.puller),
  );
  const began = machineMs();
  const at = (ms: number): Promise<void> => wait(Math.max(0, began + ms - machineMs()));
  const everyMinutes = minutes > 10 ? 5 : 1;
  for (let minute = 0; minute < minutes; minute += 1) {
    const standby = await readyEncoder(file, encoder.number + 1);
    await at(minute * minuteMs + lossAtMs);
    // In turn as a program dies, which closes, and as a cable is cut, which does not.
    if (minute % 2 === 0) await encoder.kill();
    else encoder.freeze();
    await wait(awayMs);
    await encoder.kill();
    await standby.publish(targets);
    encoder = standby;
    await at((minute + 1) * minuteMs);
    if ((minute + 1) % everyMinutes === 0) {
      line(`  ${minute + 1} min: ${figure(own.total())} MB`);
    }
  }
  const warmUpMs = Math.min(longestWarmUpMs, minutes * minuteMs * warmUpShare);
  const [ours, theirs] = [own.stop(began + warmUpMs), other.stop(began + warmUpMs)];
  showMemory(ours, theirs.slice(0, -1), warmUpMs, minutes * minuteMs - warmUpMs);
  showStreams(await receiver.diaries(), minutes);
}

/** All that copies, at once: two platforms, a recording in files of ten minutes, the web player. */
function outputsTo(url: string): LoneOutput[] {
  return [
    { id: 'studio', kind: 'rtmp', url, key: 'studio' },
    { id: 'second', kind: 'rtmp', url, key: 'second' },
    {
      id: 'recording',
      kind: 'recording',
      url: '',
      settings: { fileMinutes: 10, minFreeGb: 1 },
      folder: { name: 'larga duración', about: {} },
    },
    { id: 'web', kind: 'hls', url: '', settings: {} },
  ];
}

function allLive(outputs: Readonly<Record<string, { readonly state: string }>>): boolean {
  const states = Object.values(outputs).map((o) => o.state);
  return states.length > 0 && states.every((state) => state === 'live');
}

function partOfAir({ command }: Running): string {
  if (command.includes('server/air/main')) return 'emisión / air';
  if (command.includes('ingest/child')) return 'recepción / ingest';
  if (!command.startsWith('ffmpeg')) return 'otros / others';
  if (command.includes('rtmp://')) return '2 destinos / destinations';
  if (command.endsWith('pipe:5')) return 'grabación / recording';
  if (command.endsWith('-f mp4 pipe:1')) return 'web';
  return 'medidor / meter';
}

function showMemory(
  ours: readonly MemoryCourse[],
  theirs: readonly MemoryCourse[],
  warmUpMs: number,
  countedMs: number,
): void {
  const row = (c: MemoryCourse): string[] => [
    c.name,
    figure(c.first),
    figure(c.last),
    signed(c.last - c.first),
    signed(c.perHour),
    signed(c.late.perHour),
    figure(c.late.error),
    String(c.processes),
  ];
  table(
    ['MB propios / own MB', 'inicio', 'fin', '', 'MB/h', '2.ª mitad', '±', 'procesos'],
    [...ours, ...theirs].map(row),
  );
  const all = ours.at(-1);
  const slope = all?.perHour ?? Number.NaN;
  const late = all?.late ?? { perHour: Number.NaN, error: Number.NaN };
  const [es, en] = verdict(late, countedMs);
  both(
    `Después de ${figure(warmUpMs / minuteMs)} min de calentamiento, la emisión y todo lo suyo cambia ${signed(slope)} MB por hora, y en la segunda mitad ${signed(late.perHour)} ± ${figure(late.error)}: ${es}.`,
    `After a warm-up of ${figure(warmUpMs / minuteMs)} min air and all of its own change by ${signed(slope)} MB an hour, in the second half by ${signed(late.perHour)} ± ${figure(late.error)}: ${en}.`,
  );
  both(
    'Memoria anónima residente: la que es solo de ese proceso. «Procesos»: cuántos se vieron; el par de ffmpeg muere en cada pérdida, la grabación abre otro archivo cuando cambia la codificación.',
    'Anonymous resident memory: what is that process’s alone. "Procesos": how many were seen; the ffmpeg peer dies at each loss, the recording begins another file when the encoding changes.',
  );
}

/** What a slope (MB/h) with its standard error means for a person. */
function verdict({ perHour, error }: Trend, countedMs: number): [es: string, en: string] {
  if (countedMs < tellingMs) {
    return [
      `en tan poco tiempo todavía se llenan los montones; vale desde ${figure(tellingMs / minuteMs)} min contados`,
      `in so little time heaps still fill; it counts from ${figure(tellingMs / minuteMs)} min on`,
    ];
  }
  if (perHour < 2 * error) {
    return ['nada que crezca; no hay que reiniciar nada', 'nothing that grows; nothing to restart'];
  }
  const day = figure(perHour * 24);
  return [
    `si siguiera así, en un día al aire serían ${day} MB`,
    `going on like that, a day on the air would be ${day} MB`,
  ];
}

function showStreams(diaries: Readonly<Record<string, Diary>>, losses: number): void {
  const rows = Object.entries(streams).map(([name, title]) => {
    const diary = diaries[name];
    if (!diary) return [title];
    const { sessions, stretches, windows } = diary;
    const covered = stretches.filter((s) => s.encoder === null).length;
    const one = sessions.length === 1;
    const [av, wall] = [ends(windows, 'av'), ends(windows, 'wall')];
    return [
      title,
      String(sessions.length),
      `${Math.min(covered, losses)}/${losses}`,
      String(diary.nonMonotonic),
      figure(diary.longestGapMs),
      figure(av.start),
      figure(av.end),
      figure(av.most),
      ...(one ? [signed(wall.end - wall.start), figure(wall.most)] : ['–', '–']),
    ];
  });
  table(
    [
      'en el destino / at the destination',
      'sesiones',
      'cubiertas',
      'DTS atrás',
      'sin imagen ms',
      'A/V inicio ms',
      'fin',
      'desvío',
      'reloj fin−inicio',
      'desvío',
    ],
    rows,
  );
  const [studio, push] = [diaries['studio'], diaries['push']];
  const [av, wall] = [ends(studio?.windows ?? [], 'av'), ends(studio?.windows ?? [], 'wall')];
  both(
    `Tras ${losses} pérdidas la plataforma ve ${studio?.sessions.length} sesión (con nginx push ${push?.sessions.length}), la boca y la voz siguen a ${figure(Math.abs(av.end - av.start))} ms de como empezaron, y el reloj de la emisión se apartó ${figure(Math.abs(wall.end - wall.start))} ms del de la pared, ${figure(Math.abs(wall.end - wall.start) / losses)} por pérdida: las plataformas guardan segundos enteros de margen.`,
    `After ${losses} losses the platform sees ${studio?.sessions.length} session (with nginx push ${push?.sessions.length}), lips and voice are within ${figure(Math.abs(av.end - av.start))} ms of how they began, and the program's clock moved ${figure(Math.abs(wall.end - wall.start))} ms against the wall's, ${figure(Math.abs(wall.end - wall.start) / losses)} per loss: platforms keep whole seconds in reserve.`,
  );
  both(
    'A/V: cuánto va la imagen delante del sonido de un mismo momento, por los sellos que el codificador pone en ambos. Reloj: llegada menos marca de tiempo de la imagen más rápida de cada 5 s. Desvío: el mayor respecto al inicio.',
    'A/V: how far the picture is ahead of the sound of the same moment, by the stamps the encoder puts in both. Clock: arrival minus timestamp of the quickest picture of each 5 s. "Desvío": the largest difference from the start.',
  );
}

/** Mean of the first and of the last windows, and the farthest any window was from the first. */
function ends(
  windows: readonly ClockWindow[],
  what: 'av' | 'wall',
): { start: number; end: number; most: number } {
  const values = windows.map((w) => w[what]).filter((v) => Number.isFinite(v));
  const start = mean(values.slice(0, 3));
  return {
    start,
    end: mean(values.slice(-3)),
    most: Math.max(...values.map((v) => Math.abs(v - start))),
  };
}
