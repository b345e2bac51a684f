// Fakes of the ports of outputs, field and radio: a clock moved by hand, an air link and an OBS without either.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  airContractVersion,
  type AirOrder,
  type AirReport,
  type OrderAnswer,
} from '../../server/contract/air-link.ts';
import type { DestinationProfile, EncoderProfile } from '../../server/contract/profiles.ts';
import type { StationState } from '../../server/contract/station.ts';
import { createAlarms, type Alarms } from '../../server/core/alarms.ts';
import type { Act } from '../../server/core/audit.ts';
import type { Clock } from '../../server/core/clock.ts';
import { StudioError } from '../../server/core/errors.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { openSecretBox, type SecretBox } from '../../server/core/secret-box.ts';
import { createStateStore, type StateStore } from '../../server/core/state-store.ts';
import type { AirLink } from '../../server/outputs/air-link-port.ts';
import type { SlateStage } from '../../server/outputs/shown-scene.ts';
import type { ProgramEncoder } from '../../server/outputs/stream-supervisor.ts';
import { openStore, type Store } from '../../server/store/database.ts';

export interface HandClock extends Clock {
  /** Moves time on, running timers in their order and letting promises settle between them. */
  advance(ms: number): Promise<void>;
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** A clock that stands still until moved; `now` and `mono` move together. */
export function handClock(start = 1_764_000_000_000): HandClock {
  let elapsed = 0;
  let serial = 0;
  const timers = new Map<number, { at: number; everyMs: number | null; fn: () => void }>();
  const add = (at: number, everyMs: number | null, fn: () => void) => {
    const id = (serial += 1);
    timers.set(id, { at, everyMs, fn });
    return () => void timers.delete(id);
  };
  return {
    now: () => start + elapsed,
    mono: () => elapsed,
    after: (ms, fn) => add(elapsed + ms, null, fn),
    every: (ms, fn) => add(elapsed + ms, ms, fn),
    async advance(ms) {
      const end = elapsed + ms;
      for (;;) {
        await settle();
        const next = [...timers]
          .filter(([, t]) => t.at <= end)
          .toSorted((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
        if (!next) break;
        const [id, timer] = next;
        elapsed = Math.max(elapsed, timer.at);
        if (timer.everyMs === null) timers.delete(id);
        else timer.at = elapsed + timer.everyMs;
        timer.fn();
      }
      elapsed = end;
      await settle();
    },
  };
}

export const station: StationState = {
  name: 'Estación de Prueba',
  shortName: 'PRUEBA',
  city: 'Ibagué',
  zone: 'America/Bogota',
  locale: 'es-CO',
  colors: { brand: '#112233', onBrand: '#ffffff', slate: '#101820', onSlate: '#f0f0f0' },
  slateText: 'Ya regresamos',
  encoder: '720p30',
  clockOffsetMs: 0,
};

export const encoder720: EncoderProfile = {
  id: '720p30',
  name: '720p30',
  width: 1280,
  height: 720,
  fps: 30,
  videoKbps: 3000,
  audioKbps: 128,
  audioRate: 48_000,
  audioChannels: 2,
  keyframeSeconds: 2,
  h264Profile: 'main',
  x264Preset: 'veryfast',
  alwaysEncode: false,
};

const noLimits = {
  maxVideoKbps: null,
  minVideoKbps: null,
  maxAudioKbps: null,
  maxKeyframeSeconds: null,
  maxHeight: null,
  maxHours: null,
};

export const destinationProfiles: Record<string, DestinationProfile> = {
  facebook: {
    id: 'facebook',
    name: 'Facebook Live',
    kind: 'rtmp',
    defaultUrl: 'rtmps://live-api-s.facebook.com:443/rtmp/',
    schemes: ['rtmps', 'rtmp'],
    keyRequired: true,
    limits: { ...noLimits, maxVideoKbps: 6000, maxAudioKbps: 128, maxKeyframeSeconds: 4 },
    settings: null,
    backupUrl: null,
    priority: 50,
    checks: [],
  },
  custom: {
    id: 'custom',
    name: 'Otro RTMP',
    kind: 'rtmp',
    defaultUrl: null,
    schemes: ['rtmps', 'rtmp'],
    keyRequired: false,
    limits: noLimits,
    settings: null,
    backupUrl: null,
    priority: 50,
    checks: [],
  },
  radio: {
    id: 'radio',
    name: 'Radio AM',
    kind: 'icecast',
    defaultUrl: null,
    schemes: ['icecast', 'http', 'https'],
    keyRequired: true,
    limits: noLimits,
    settings: { lowpassHz: 5000, bitrateKbps: 96 },
    backupUrl: null,
    priority: 50,
    checks: [],
  },
  youtube: {
    id: 'youtube',
    name: 'YouTube',
    kind: 'rtmp',
    defaultUrl: 'rtmps://a.rtmps.youtube.com:443/live2',
    schemes: ['rtmps', 'rtmp'],
    keyRequired: true,
    limits: noLimits,
    settings: null,
    backupUrl: 'rtmps://b.rtmps.youtube.com:443/live2?backup=1',
    priority: 20,
    checks: [],
  },
  srt: {
    id: 'srt',
    name: 'Receptor SRT',
    kind: 'srt',
    defaultUrl: null,
    schemes: ['srt'],
    keyRequired: false,
    limits: noLimits,
    settings: { latencyMs: 2000 },
    backupUrl: null,
    priority: 50,
    checks: [],
  },
  vertical: {
    id: 'vertical',
    name: 'Vertical',
    kind: 'vertical',
    defaultUrl: null,
    schemes: ['rtmps', 'rtmp'],
    keyRequired: true,
    limits: { ...noLimits, maxVideoKbps: 4000 },
    settings: { fit: 'blur' },
    backupUrl: null,
    priority: 80,
    checks: [],
  },
  recording: {
    id: 'recording',
    name: 'Grabación',
    kind: 'recording',
    defaultUrl: null,
    schemes: [],
    keyRequired: false,
    limits: noLimits,
    settings: null,
    backupUrl: null,
    priority: 50,
    checks: [],
  },
  player: {
    id: 'player',
    name: 'Reproductor',
    kind: 'hls',
    defaultUrl: null,
    schemes: [],
    keyRequired: false,
    limits: noLimits,
    settings: null,
    backupUrl: null,
    priority: 50,
    checks: [],
  },
};

/** A report of an air that does nothing. */
export function idleReport(at: number, more: Partial<AirReport> = {}): AirReport {
  return {
    contract: 1,
    at,
    orderRev: null,
    source: 'off',
    sourceSince: null,
    liveSince: null,
    program: null,
    ingest: { state: 'up', rtmpPort: 1935, since: at, restarts: 0, problem: null, refused: 0 },
    slate: 'rendered',
    feeding: null,
    encoderSlow: false,
    capture: 'idle',
    backup: null,
    health: null,
    outputs: {},
    feeds: {},
    monitor: null,
    ffmpegVersion: '5.1.9',
    cpuPercent: 1,
    memoryMb: 80,
    ...more,
  };
}

export interface FakeLink extends AirLink {
  readonly orders: AirOrder[];
  /** What the air that connects next says it speaks. */
  speaks: number;
  /** What the next orders are answered; by default they are taken. */
  answer: (order: AirOrder) => Promise<OrderAnswer>;
  connect(): void;
  disconnect(): void;
  report(report: AirReport): void;
}

export function fakeLink(): FakeLink {
  const on = {
    connect: [] as (() => void)[],
    disconnect: [] as (() => void)[],
    report: [] as ((r: AirReport) => void)[],
  };
  let up = false;
  const link: FakeLink = {
    orders: [],
    speaks: airContractVersion,
    answer: async (order) => ({ ok: true, rev: order.rev }),
    onConnect: (l) => void on.connect.push(l),
    onDisconnect: (l) => void on.disconnect.push(l),
    onReport: (l) => void on.report.push(l),
    connected: () => up,
    contract: () => (up ? link.speaks : null),
    remoteAddress: () => (up ? '::ffff:127.0.0.1' : null),
    shutdown: async () => undefined,
    async sendOrder(order) {
      if (!up) throw new StudioError('unavailable', { es: 'no', en: 'no' });
      const taken = structuredClone(order) as AirOrder;
      link.orders.push(taken);
      return link.answer(taken);
    },
    connect() {
      up = true;
      for (const l of on.connect) l();
    },
    disconnect() {
      up = false;
      for (const l of on.disconnect) l();
    },
    report(report) {
      for (const l of on.report) l(report);
    },
  };
  return link;
}

export interface FakeEncoder extends ProgramEncoder {
  readonly calls: string[];
  readonly targets: { server: string; key: string }[];
  /** Makes the next calls fail with this. */
  failure: Error | null;
  reconnect(): void;
}

/** An OBS whose streaming state is written into the state store, as the switcher would. */
export function fakeEncoder(store: StateStore): FakeEncoder {
  const listeners: (() => void)[] = [];
  const streaming = (to: 'on' | 'off') =>
    store.change((draft) => {
      draft.switcher.streaming = to;
    });
  const fake: FakeEncoder = {
    calls: [],
    targets: [],
    failure: null,
    async startStream(target) {
      fake.calls.push('start');
      fake.targets.push(target);
      if (fake.failure) throw fake.failure;
      streaming('on');
    },
    async stopStream() {
      fake.calls.push('stop');
      if (fake.failure) throw fake.failure;
      streaming('off');
    },
    onConnected(listener) {
      listeners.push(listener);
      return () => undefined;
    },
    reconnect() {
      store.change((draft) => {
        draft.switcher.connection = 'connected';
      });
      for (const l of listeners) l();
    },
  };
  return fake;
}

export interface FakeStage extends SlateStage {
  readonly cuts: string[];
  /** Makes the next cuts fail with this. */
  failure: Error | null;
  /** Cuts wait until it is called again with null. */
  hang: Promise<void> | null;
  /** A person or the grid takes a scene through the server. */
  take(scene: string, by?: string): void;
  /** OBS is there, with these. */
  open(program: string, slateScene?: string | null): void;
}

/** An OBS stage that is written into the state store, as the switcher would. */
export function fakeStage(store: StateStore): FakeStage {
  const listeners = new Set<(wish: { scene: string; by: string }) => void>();
  const show = (scene: string, by: string): void => {
    for (const l of listeners) l({ scene, by });
    store.change((draft) => {
      draft.switcher.program = scene;
      draft.switcher.programBy = by;
      draft.switcher.transition.phase = 'settled';
    });
  };
  const fake: FakeStage = {
    cuts: [],
    failure: null,
    hang: null,
    async cut(scene, { actor, when }) {
      if (fake.hang) await fake.hang;
      if (!when()) return false;
      if (fake.failure) throw fake.failure;
      fake.cuts.push(scene);
      show(scene, actor);
      return true;
    },
    onAsk(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    take: (scene, by = 'ana') => show(scene, by),
    open(program, slateScene = 'Ya regresamos') {
      store.change((draft) => {
        draft.switcher.connection = 'connected';
        draft.switcher.program = program;
        draft.switcher.slateScene = slateScene;
      });
    },
  };
  return fake;
}

export interface Bench {
  readonly dir: string;
  readonly clock: HandClock;
  readonly database: Store;
  readonly box: SecretBox;
  readonly store: StateStore;
  readonly alarms: Alarms;
  readonly acts: Act[];
  /** Another run of control on the same data: the database opened again, a fresh state. */
  again(): Promise<Bench>;
  close(): Promise<void>;
}

/** What every service here stands on: a real temporary database and the real core. */
export async function bench(
  dir = mkdtempSync(join(tmpdir(), 'studio-')),
  clock = handClock(),
): Promise<Bench> {
  const database = await openStore(dir);
  const store = createStateStore(initialState(station, 1935, clock.now()));
  return {
    dir,
    clock,
    database,
    box: openSecretBox(join(dir, 'secret.key')),
    store,
    alarms: createAlarms(store, clock),
    acts: [],
    async again() {
      await database.close();
      return bench(dir, clock);
    },
    async close() {
      await database.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The alarms that are up, by id, sorted. */
export function alarmsUp(store: StateStore): string[] {
  return Object.values(store.get().alarms)
    .filter((a) => a.clearedAt === null)
    .map((a) => a.id)
    .toSorted();
}
