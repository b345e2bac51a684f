// Take: a cut through the studio against the same cut asked of the same OBS directly, in turns.
import { OBSWebSocket } from 'obs-websocket-js';
import { startObs } from '../kit/obs.ts';
import type { StudioClient } from '../kit/studio-client.ts';
import { startStudio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';
import { openCrowd, type Crowd } from './crowd.ts';
import { atEnd, opened } from './ends.ts';
import { figure, machineMs, signed, spread } from './figures.ts';
import { openObsWire, type ObsWire } from './obs-wire.ts';
import { both, heading, line, table } from './print.ts';

const scenes = ['Estudio', 'Entrevista'] as const;
const screenCounts = [1, 50] as const;
/** Pairs of cuts per number of screens. */
const pairs = 130;
const warmUp = 10;

/** Runs the part and prints it. */
export async function take(): Promise<void> {
  heading('Toma', 'Take');
  const obs = await opened(startObs(), (o) => o.close());
  const wire = (): Promise<ObsWire> => opened(openObsWire(obs.url), (w) => w.close());
  const wires = [await wire(), await wire()] as const;
  const direct = new OBSWebSocket();
  atEnd(() => direct.disconnect());
  await direct.connect(wires[1].url, obs.password);
  // Both ways cut, from the same scene to the same scene.
  const { transitions } = await direct.call('GetSceneTransitionList');
  const cut = transitions.find((t) => t['transitionKind'] === 'cut_transition');
  const transitionName = cut?.['transitionName'];
  if (typeof transitionName !== 'string') throw new Error('OBS has no cut');
  await direct.call('SetCurrentSceneTransition', { transitionName });
  await direct.call('SetCurrentProgramScene', { sceneName: scenes[0] });
  const env = {
    STUDIO_OBS: 'attach',
    STUDIO_OBS_URL: wires[0].url,
    STUDIO_OBS_PASSWORD: obs.password,
    STUDIO_AIR: 'external',
  };
  const studio = await opened(startStudio({ env }), (s) => s.stop());
  const client = await studio.client();
  await client.see('OBS', (s) => s.switcher.program === scenes[0], 20_000);
  for (const count of screenCounts) {
    const crowd =
      count > 1 ? await openCrowd(`${studio.url}/studio`, client.token, count - 1) : null;
    show(count, await measure({ client, direct, wires, crowd }));
    await crowd?.close();
  }
  both(
    'OBS cambia al compás de sus cuadros (33 ms). Por eso lo que agrega el estudio se mide también sin OBS: de la orden a la petición que sale hacia él, y de lo que él confirma (una respuesta o su aviso) a la pantalla; lo mismo, sin estudio, es el piso.',
    "OBS changes at its frames' pace (33 ms). So what the studio adds is measured without OBS too: from the order to the request that leaves for it, and from its confirmation (an answer or its event) to the screen; the same without the studio is the floor.",
  );
}

interface Rig {
  readonly client: StudioClient;
  readonly direct: OBSWebSocket;
  /** The studio's wire and the direct one. */
  readonly wires: readonly [ObsWire, ObsWire];
  readonly crowd: Crowd | null;
}

/** Ms from the order on, one per cut. */
interface Times {
  readonly request: number[];
  /** From OBS's confirmation to whoever asked. */
  readonly news: number[];
  readonly obsChanged: number[];
  readonly told: number[];
  readonly lastScreen: number[];
}

const noTimes = (): Times => ({ request: [], news: [], obsChanged: [], told: [], lastScreen: [] });

async function measure(rig: Rig): Promise<{ studio: Times; floor: Times }> {
  const studio = noTimes();
  const floor = noTimes();
  const ways = [() => throughStudio(rig), () => straight(rig)] as const;
  for (let i = -warmUp; i < pairs; i += 1) {
    // Turn about, so that each way goes to each scene equally often.
    const order = i % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    for (const way of order) {
      // Anywhere within a frame: OBS must not be met always at the same point of it.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 34));
      const one = await ways[way]();
      if (i < 0) continue;
      const times = way === 0 ? studio : floor;
      for (const key of Object.keys(times) as (keyof Times)[]) times[key].push(one[key]);
    }
  }
  return { studio, floor };
}

type Sample = Record<keyof Times, number>;

async function throughStudio({ client, wires, crowd }: Rig): Promise<Sample> {
  const before = client.state().switcher.program ?? '';
  const scene = scenes.find((s) => s !== before) ?? '';
  const wire = wires[0];
  wire.arm(scene);
  const told = new Promise<{ at: number; rev: number }>((resolve) => {
    const look = (): void => {
      if (client.state().switcher.program !== scene) return;
      client.socket.off('patch', look);
      resolve({ at: machineMs(), rev: client.rev() });
    };
    client.socket.on('patch', look);
  });
  const at = machineMs();
  await client.command('switcher.cut', { scene, expectProgram: before });
  const screen = await told;
  const last = crowd ? Math.max(screen.at, await crowd.last(screen.rev)) : screen.at;
  await until('OBS changed', () => wire.changed(), 3000, 2);
  await settled(client, scene);
  return sample(at, wire, screen.at, last, wire.confirmed());
}

async function straight({ client, direct, wires }: Rig): Promise<Sample> {
  const before = client.state().switcher.program ?? '';
  const scene = scenes.find((s) => s !== before) ?? '';
  const wire = wires[1];
  wire.arm(scene);
  const told = new Promise<number>((resolve) => {
    direct.once('CurrentProgramSceneChanged', () => resolve(machineMs()));
  });
  const at = machineMs();
  await direct.call('SetCurrentProgramScene', { sceneName: scene });
  const toldAt = await told;
  await settled(client, scene);
  return sample(at, wire, toldAt, toldAt, wire.changed());
}

/** Until the studio, too, has seen the end of it. */
async function settled(client: StudioClient, scene: string): Promise<void> {
  await until(
    'settled',
    () => {
      const { program, transition } = client.state().switcher;
      return program === scene && transition.phase === 'settled';
    },
    5000,
    5,
  );
}

function sample(
  at: number,
  wire: ObsWire,
  told: number,
  last: number,
  confirmed: number | null,
): Sample {
  const since = (time: number | null): number => (time ?? Number.NaN) - at;
  return {
    request: since(wire.ordered()),
    news: told - (confirmed ?? Number.NaN),
    obsChanged: since(wire.changed()),
    told: told - at,
    lastScreen: last - at,
  };
}

function show(count: number, { studio, floor }: { studio: Times; floor: Times }): void {
  const [f, s] = [spread(floor.told), spread(studio.obsChanged)];
  const told = spread(studio.told);
  const last = spread(studio.lastScreen);
  const screens = count === 1 ? '1 pantalla / screen' : `${count} pantallas / screens`;
  line(`\n  ${screens}, ${s.count} + ${f.count} tomas / takes`);
  const row = (name: string, x: { p50: number; p95: number }): string[] => [
    name,
    figure(x.p50),
    signed(x.p50 - f.p50),
    figure(x.p95),
    signed(x.p95 - f.p95),
  ];
  table(
    ['ms', 'p50', '− piso/floor', 'p95', '− piso/floor'],
    [
      ['piso: OBS directo, orden → aviso / floor: direct', figure(f.p50), '', figure(f.p95), ''],
      row('orden → aviso de OBS al estudio / OBS’s event', s),
      row('orden → pantalla de quien opera / own screen', told),
      ...(count > 1 ? [row(`orden → última de ${count} / last of ${count}`, last)] : []),
    ],
  );
  const [alone, within] = [added(floor), added(studio)];
  const part = (name: string, key: keyof Added, target = ''): string[] => {
    const [d, e] = [spread(alone[key]), spread(within[key])];
    return [
      name,
      figure(d.p50),
      figure(e.p50),
      signed(e.p50 - d.p50),
      figure(d.p95),
      figure(e.p95),
      signed(e.p95 - d.p95),
      target,
    ];
  };
  table(
    [
      'sin los cuadros de OBS, ms',
      'p50 directo',
      'estudio',
      '',
      'p95 directo',
      'estudio',
      '',
      'meta',
    ],
    [
      part('orden → petición a OBS / order → request', 'toObs'),
      part('OBS confirma → quien mira / OBS → who looks', 'fromObs'),
      part('en total / in all', 'inAll', '≤ +3'),
    ],
  );
  const [d, e] = [spread(alone.inAll), spread(within.inAll)];
  both(
    `Con ${count === 1 ? 'una pantalla' : `${count} pantallas`}, pasar por el estudio le cuesta a quien opera ${figure(e.p50 - d.p50)} ms (p95 ${figure(e.p95 - d.p95)}); un cuadro dura 33 ms.`,
    `With ${count} screen${count === 1 ? '' : 's'} open, going through the studio costs the operator ${figure(e.p50 - d.p50)} ms (p95 ${figure(e.p95 - d.p95)}); one frame lasts 33 ms.`,
  );
}

interface Added {
  readonly toObs: readonly number[];
  readonly fromObs: readonly number[];
  readonly inAll: readonly number[];
}

/** The time around OBS's own: before the request leaves for it and after it has confirmed. */
function added(times: Times): Added {
  return {
    toObs: times.request,
    fromObs: times.news,
    inAll: times.request.map((ms, i) => ms + (times.news[i] ?? Number.NaN)),
  };
}
