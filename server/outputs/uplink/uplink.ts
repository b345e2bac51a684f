// Uplink care: what the building can send, what the outputs need of it, and who yields when it is too little.
import type { Handlers } from '../../contract/commands.ts';
import type { StationProfile } from '../../contract/profiles.ts';
import type { AlarmLatch } from '../../core/alarm-latch.ts';
import { assignChanged } from '../../core/assign-changed.ts';
import type { Audit } from '../../core/audit.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { StateStore } from '../../core/state-store.ts';
import type { Settings } from '../settings.ts';
import { afterReserve, lower, nextCapacity, startCapacity } from './capacity.ts';
import {
  behind,
  demanding,
  explained,
  nextTracks,
  ordered,
  sending,
  type Track,
} from './demand.ts';
import { createMeasuring } from './measuring.ts';
import {
  measuredKey,
  readMeasured,
  readShed,
  readStored,
  shedKey,
  storedKey,
  type Stored,
} from './memory.ts';
import { createShedder } from './shedder.ts';
import type { UploadTest } from './upload-test.ts';
import { shortAlarm } from './uplink-words.ts';

export interface UplinkPorts {
  readonly store: StateStore;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly latch: AlarmLatch;
  readonly log: Log;
  /** What the station's file says, until a person says otherwise. */
  readonly profile: StationProfile['uplink'];
  readonly uploadTest: UploadTest;
  /** An output was stopped or let go on: air needs another order. */
  readonly orderChanged: () => void;
}

export type UplinkCommand = 'uplink.set' | 'uplink.measure';

export interface Uplink {
  readonly handlers: Handlers<UplinkCommand>;
  close(): Promise<void>;
}

const tickMs = 500;

/** Makes the service: owns `state.uplink`, and by its shedder every output's `shed`. */
export async function createUplink(ports: UplinkPorts): Promise<Uplink> {
  const { store, settings, clock, latch, profile } = ports;
  let stored = readStored(await settings.read(storedKey));
  let capacity = startCapacity(readMeasured(await settings.read(measuredKey)));
  let tracks = new Map<string, Track>();
  let writing: Promise<void> = Promise.resolve();

  const before = readShed(await settings.read(shedKey));
  const shedder = createShedder({ ...ports, save: (shed) => save(shedKey, shed) }, before);
  const measuring = createMeasuring({
    ...ports,
    url: profile.testUrl,
    onResult(measured) {
      capacity = startCapacity(measured);
      save(measuredKey, measured);
      tick();
    },
  });

  /** One write after the other; a failure is logged and the next change writes again. */
  function save(key: string, value: unknown): void {
    writing = writing
      .then(() => settings.write(key, value))
      .catch((error: unknown) => ports.log.error({ err: error }, 'the uplink could not be stored'));
  }

  const declared = (): number | null => (stored.kbps === undefined ? profile.kbps : stored.kbps);

  function tick(): void {
    shedder.tidy();
    const { air, outputs } = store.get();
    const mono = clock.mono();
    const running = ordered(outputs).flatMap(([id, o]) => (o.shed ? [] : [[id, o] as const]));
    // While air is not heard nothing is learnt, and nothing is decided on old figures.
    tracks = air.connected ? nextTracks(tracks, running, mono) : new Map();
    const slow = behind(tracks).length;
    const test = capacity.measured?.how === 'test' ? capacity.measured : null;
    const knownKbps = lower(declared(), test);
    const loads = running.map(([, o]) => o);
    const short = explained(loads, slow, afterReserve(knownKbps, profile.reservePercent));
    if (!air.connected) {
      shedder.pause();
      show();
      return;
    }
    // One alone cannot tell the uplink from its platform, but what it gets is all that is known.
    const alone = slow === 1 && loads.filter((o) => o.state === 'live').length === 1;
    const look = { mono, now: clock.now(), sendingKbps: sending(store.get()) };
    const old = capacity.measured;
    capacity = nextCapacity(capacity, { ...look, congested: short || alone });
    const { measured } = capacity;
    if (measured !== old) save(measuredKey, measured);
    show();
    const acted = shedder.consider({
      short,
      troubled: slow > 0,
      knownKbps,
      congestion:
        measured?.how === 'congestion'
          ? { kbps: measured.kbps, ageMs: look.now - measured.at }
          : null,
      dropping: namesBehind(),
    });
    // What is sent from now on says nothing together with what was sent before.
    if (acted) capacity = startCapacity(measured);
  }

  function show(): void {
    const state = store.get();
    const usableKbps = afterReserve(lower(declared(), capacity.measured), profile.reservePercent);
    const outputs = demanding(state);
    const needKbps = outputs.reduce((sum, o) => sum + o.needKbps, 0);
    const fits = usableKbps === null ? null : needKbps <= usableKbps;
    store.change((draft) =>
      assignChanged(draft.uplink, {
        declaredKbps: declared(),
        measured: capacity.measured,
        usableKbps,
        needKbps,
        sendingKbps: sending(state),
        fits,
        shedAllowed: stored.shedAllowed,
        measuring: measuring.share(),
        canMeasure: profile.testUrl !== null,
      }),
    );
    const { reservePercent } = profile;
    const { shedAllowed } = stored;
    const figures = { needKbps, reservePercent, shedAllowed, dropping: namesBehind() };
    latch.set(
      'uplink-short',
      usableKbps === null || fits ? null : shortAlarm({ ...figures, usableKbps, outputs }),
    );
  }

  function namesBehind(): string[] {
    const { outputs } = store.get();
    return behind(tracks).flatMap((id) => outputs[id]?.name ?? []);
  }

  tick();
  const stopTick = clock.every(tickMs, () => {
    measuring.check();
    tick();
  });

  return {
    handlers: {
      'uplink.set': async (input) => {
        const next: Stored = {
          kbps: input.kbps === undefined ? stored.kbps : input.kbps,
          shedAllowed: input.shedAllowed ?? stored.shedAllowed,
        };
        await settings.write(storedKey, next);
        stored = next;
        // Congestion seen before a person said otherwise is old news: if it is still so, it is learnt again.
        if (input.kbps !== undefined && capacity.measured?.how === 'congestion') {
          capacity = startCapacity(null);
          save(measuredKey, null);
        }
        tick();
        return {};
      },
      'uplink.measure': async () => {
        await measuring.start();
        return {};
      },
    },
    async close() {
      stopTick();
      await measuring.close();
      await writing;
    },
  };
}
