// Fakes of the ports of outputs: an air link and an OBS without either.
import {
  airContractVersion,
  type AirOrder,
  type AirReport,
  type OrderAnswer,
} from '../../server/contract/air-link.ts';
import { StudioError } from '../../server/core/errors.ts';
import type { StateStore } from '../../server/core/state-store.ts';
import type { AirLink } from '../../server/outputs/air-link-port.ts';
import type { SlateStage } from '../../server/outputs/shown-scene.ts';
import type { ProgramEncoder } from '../../server/outputs/stream-supervisor.ts';

/** The link to an air that a test connects, disconnects and makes report. */
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

/** A link that is down at first; its air takes every order. */
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
    refusedLately: () => null,
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

/** OBS as the stream supervisor sees it, and what it was told. */
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

/** OBS as the slate director sees it, and what was cut to. */
export interface FakeStage extends SlateStage {
  readonly cuts: string[];
  /** OBS gives no picture of its scenes. */
  blind: boolean;
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
    blind: false,
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
    picture: async () => {
      if (fake.blind) throw new Error('no picture');
      return 'iVBORw0KGgo=';
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
