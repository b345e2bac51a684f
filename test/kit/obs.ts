// A real, managed, headless OBS for tests: its own folder, port and screen.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encoderProfile, obsProfile, type EncoderProfile } from '../../server/contract/profiles.ts';
import type { CommandContext } from '../../server/contract/commands.ts';
import type { Alarm, PartState } from '../../server/contract/station.ts';
import type { SwitcherState } from '../../server/contract/switcher.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import type { Act } from '../../server/core/audit.ts';
import { systemClock } from '../../server/core/clock.ts';
import { withDeadline } from '../../server/core/deadline.ts';
import { StudioError } from '../../server/core/errors.ts';
import { newSecret } from '../../server/core/ids.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog } from '../../server/core/log.ts';
import { createStateStore } from '../../server/core/state-store.ts';
import { launchObs } from '../../server/switcher/launch-obs.ts';
import { openObsFiles, type ObsRecipe } from '../../server/switcher/obs-files.ts';
import { createObsClient } from '../../server/switcher/obs-client.ts';
import type { ObsClient } from '../../server/switcher/obs-port.ts';
import type { ProgramMemory } from '../../server/switcher/program-memory.ts';
import type { Switcher } from '../../server/switcher/service-ports.ts';
import { createSwitcher } from '../../server/switcher/service.ts';
import { createObsSocket, type ObsSocket } from '../../server/switcher/obs-socket.ts';
import { stationWords } from '../../server/switcher/obs-words.ts';
import { endProcess } from '../../server/switcher/processes.ts';
import { freePort } from './ports.ts';
import { until } from './until.ts';

const realClock = systemClock();

/** A small picture spares the machine the work of encoding. */
export const smallEncoder: EncoderProfile = encoderProfile.parse({
  id: 'prueba-360',
  name: '640×360 para pruebas',
  width: 640,
  height: 360,
  fps: 30,
  videoKbps: 800,
  audioKbps: 96,
  audioRate: 48_000,
  audioChannels: 2,
  keyframeSeconds: 2,
  h264Profile: 'main',
  x264Preset: 'ultrafast',
});

/** 1280×720 at 30 frames per second. */
export const hdEncoder: EncoderProfile = {
  ...smallEncoder,
  id: 'prueba-720',
  name: '1280×720 para pruebas',
  width: 1280,
  height: 720,
  videoKbps: 3000,
  x264Preset: 'veryfast',
};

/** The station as the tests know it. */
export const testStation = {
  name: 'Capital Musical',
  shortName: 'Capital',
  city: 'Ibagué',
  zone: 'America/Bogota',
  colors: { brand: '#d9480f', onBrand: '#ffffff', slate: '#10233f', onSlate: '#ffffff' },
  slateText: 'Ya regresamos',
} as const;

/** The station's OBS profile, as a managed OBS gets it. */
export const stationObsProfile = obsProfile.parse(
  JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../profiles/obs/capital-musical.json'), 'utf8'),
  ),
);

export interface TestObs {
  readonly url: string;
  readonly password: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Ends OBS and its screen and removes their folder. */
  close(): Promise<void>;
}

/** A recipe for a managed OBS in tests. */
export function testRecipe(encoder: EncoderProfile = smallEncoder): ObsRecipe {
  return { profile: stationObsProfile, encoder, words: stationWords(testStation) };
}

/** Starts one and resolves when it answers. Small picture unless `encoder` says otherwise. */
export async function startObs(options: { encoder?: EncoderProfile } = {}): Promise<TestObs> {
  const dataDir = mkdtempSync(join(tmpdir(), 'estudio-obs-'));
  const files = openObsFiles(dataDir, testRecipe(options.encoder), () => newSecret(24));
  // OBS listens on all addresses.
  const port = await freePort('0.0.0.0');
  files.prepare(port, null);
  const run = await launchObs(realClock, files, port, testStation.zone);
  const url = `ws://127.0.0.1:${run.port}`;
  const close = async (): Promise<void> => {
    await endProcess(realClock, run.obs, 'SIGINT', 4000);
    await endProcess(realClock, run.xvfb, 'SIGTERM', 3000);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await until('OBS answers', () => answers(url, files.password()), 45_000);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, password: files.password(), pid: run.obs.pid, dataDir, close };
}

function answers(url: string, password: string): Promise<boolean> {
  return askObs({ url, password }, (socket) => socket.call('GetSceneList', undefined));
}

/** Asks on a connection of its own whether `work` succeeds; one that never answers does not within 5 s. */
export async function askObs(
  target: { readonly url: string; readonly password: string },
  work: (socket: ObsSocket) => Promise<unknown>,
): Promise<boolean> {
  const socket = createObsSocket(() => undefined);
  const late = { es: 'OBS no respondió.', en: 'OBS did not answer.' };
  const asked = (async () => {
    await socket.open(target, false);
    await work(socket);
  })();
  try {
    await withDeadline(realClock, 5000, late, asked);
    return true;
  } catch {
    return false;
  } finally {
    socket.drop();
  }
}

/** The real client and switcher on an OBS, without the rest of the server. */
export interface TestSwitcher {
  readonly switcher: Switcher;
  readonly client: ObsClient;
  readonly acts: readonly Act[];
  state(): SwitcherState;
  alarms(): Record<string, Alarm>;
  part(): PartState | undefined;
  /** Lets the switcher believe that `ms` went by, for spans nothing happens in. */
  skip(ms: number): void;
  /** Spans last for as long as it takes: the switcher's monotonic clock stands still until `release`. */
  hold(): { release(): void };
  /** Each state as it is published, however soon the next one follows; returns the removal. */
  watch(listener: (state: SwitcherState) => void): () => void;
  close(): Promise<void>;
}

/** An operator at the studio. */
export const operator: CommandContext = { actor: 'ana', roles: ['operator'], host: 'localhost' };

/** Opens a switcher, with what an earlier one left in `memory`; it connects once `client.configure` names an OBS. */
export function openTestSwitcher(memory?: ProgramMemory): TestSwitcher {
  const store = createStateStore(
    initialState({ ...testStation, locale: 'es-CO', encoder: 'prueba', clockOffsetMs: 0 }, 1935, 0),
  );
  const acts: Act[] = [];
  let skipped = 0;
  let heldAt: number | null = null;
  const clock = { ...realClock, mono: () => (heldAt ?? realClock.mono()) + skipped };
  const client = createObsClient({ clock, log: silentLog, random: Math.random });
  const switcher = createSwitcher({
    client,
    store,
    clock,
    log: silentLog,
    audit: { record: (act) => void acts.push(act) },
    alarms: createAlarms(store, clock),
    random: Math.random,
    profile: stationObsProfile,
    encoder: smallEncoder,
    ...(memory && { memory }),
  });
  return {
    switcher,
    client,
    acts,
    state: () => store.get().switcher,
    alarms: () => store.get().alarms,
    part: () => store.get().parts.obs,
    skip(ms) {
      skipped += ms;
    },
    hold() {
      const from = realClock.mono();
      heldAt = from;
      return {
        release() {
          // It never goes back, nor ahead of what it stood at.
          skipped -= realClock.mono() - from;
          heldAt = null;
        },
      };
    },
    watch: (listener) => store.subscribe(() => listener(store.get().switcher)),
    async close() {
      await switcher.close();
      await client.close();
    },
  };
}

/** A switcher connected to `obs` that has read all of it. */
export async function connectTestSwitcher(obs: {
  readonly url: string;
  readonly password: string;
}): Promise<TestSwitcher> {
  const opened = openTestSwitcher();
  opened.client.configure({ url: obs.url, password: obs.password });
  await until('the switcher has adopted OBS', () => opened.state().connection === 'connected');
  return opened;
}

/** Forgives OBS that it did not answer in time, as a starved one does not: what it did is looked at after. */
export async function orLate(order: Promise<unknown>): Promise<void> {
  try {
    await order;
  } catch (error) {
    if (!(error instanceof StudioError && error.code === 'timeout')) throw error;
  }
}

/** Puts a scene on the air by a cut, for what comes then: asked again where OBS did not answer in time. */
export async function cutTo(studio: TestSwitcher, scene: string): Promise<void> {
  await until(`${scene} on the air`, async () => {
    const present = studio.state().program;
    if (present === scene) return true;
    const cut = studio.switcher.handlers['switcher.cut'];
    await orLate(Promise.resolve(cut({ scene, expectProgram: present ?? '' }, operator)));
    return false;
  });
}

/** A colour, each part 0…255. */
export interface Pixel {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** The picture of a scene now; `x` and `y` are shares of its width and height, from the top left. */
export async function scenePicture(
  obs: ObsSocket,
  scene: string,
): Promise<(x: number, y: number) => Pixel> {
  const width = 320;
  const height = 180;
  const shot = (await obs.call('GetSourceScreenshot', {
    sourceName: scene,
    imageFormat: 'bmp',
    imageWidth: width,
    imageHeight: height,
  })) as { imageData: string };
  const bmp = Buffer.from(shot.imageData.slice(shot.imageData.indexOf(',') + 1), 'base64');
  const bytes = bmp.readUInt16LE(28) / 8;
  const row = Math.ceil((width * bytes) / 4) * 4;
  return (x, y) => {
    // Rows are stored from the bottom up.
    const line = height - 1 - Math.floor(y * (height - 1));
    const at = bmp.readUInt32LE(10) + line * row + Math.floor(x * (width - 1)) * bytes;
    return { r: bmp[at + 2] ?? 0, g: bmp[at + 1] ?? 0, b: bmp[at] ?? 0 };
  };
}

/** Colour of one point of a scene now. */
export async function scenePixel(
  obs: ObsSocket,
  scene: string,
  x: number,
  y: number,
): Promise<Pixel> {
  return (await scenePicture(obs, scene))(x, y);
}
