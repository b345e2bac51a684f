// Listens to air's reports and keeps the state, the parts, the alarms and the evidence true to them.
import type { AirReport } from '../contract/air-link.ts';
import type { StudioState } from '../contract/state.ts';
import type { Alarms } from '../core/alarms.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import { assignChanged } from '../core/assign-changed.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { StateStore } from '../core/state-store.ts';
import { calm, judgeAlarms, linkAlarm } from './air-alarms.ts';
import { actOf } from './air-audit.ts';
import type { AirLink } from './air-link-port.ts';
import { nextOffset, type ClockOffset } from './air-clock.ts';
import type { FeedingNames } from './feeding.ts';
import type { OnAirMemory } from './on-air.ts';
import { airParts, type LinkState } from './parts.ts';
import { applyReport } from './report.ts';
import type { Settings } from './settings.ts';

/** Reports older than this are stale: `air.connected` goes false and nothing claims to be fresh. */
const staleMs = 2000;
const memoryKey = 'air.onAir';
/** How often the time on the air is put on disk. */
const memoryMs = 60_000;

export interface AirWatchPorts {
  readonly store: StateStore;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly live: () => boolean;
  readonly link: Pick<AirLink, 'refusedLately'>;
}

export interface AirWatch {
  report(report: AirReport): void;
  /** The link dropped: the last values stay, marked as not fresh. */
  lost(): void;
  /** Called every half second: staleness and alarms that ripen with time. */
  tick(): void;
  /** The last report while it is fresh. */
  fresh(): AirReport | null;
  /** Puts the time on the air on disk. */
  close(): Promise<void>;
}

/**
 * While the link is down outputs and units keep their last values: `air.connected` is false,
 * `air.reportedAt` tells their age, the part `air` is down, and after two seconds a critical alarm
 * says so; `onAir` also stays as last heard, because air carries on by itself.
 */
export async function createAirWatch(ports: AirWatchPorts): Promise<AirWatch> {
  const { store, clock, settings } = ports;
  const judged = createAlarmLatch(ports.alarms);
  const linked = createAlarmLatch(ports.alarms);
  let link: LinkState = 'never';
  let awaySince = clock.mono();
  let last: { report: AirReport; mono: number } | null = null;
  let offset: ClockOffset | null = null;
  let memory = readMemory(await settings.read(memoryKey));
  let savedAt = clock.mono();
  let alarmMemory = calm;
  say();

  function say(): void {
    const parts = airParts(store.get().parts, link, last?.report ?? null, clock.now());
    store.change((draft) => {
      for (const [name, part] of Object.entries(parts)) {
        const key = name as keyof typeof parts;
        const old = draft.parts[key];
        if (old) assignChanged(old, part);
        else draft.parts[key] = part;
      }
    });
  }

  async function save(): Promise<void> {
    savedAt = clock.mono();
    try {
      await settings.write(memoryKey, memory);
    } catch (error) {
      ports.log.error({ err: error }, 'the time on the air could not be stored');
    }
  }

  function judge(): void {
    linked.set('air-link', linkAlarm(link, clock.mono() - awaySince, ports.link.refusedLately()));
    if (link !== 'fresh') return;
    const result = judgeAlarms(store.get(), alarmMemory, clock.now());
    alarmMemory = result.memory;
    judged.retain((id) => result.alarms.has(id));
    for (const [id, words] of result.alarms) judged.set(id, words);
  }

  function lost(): void {
    if (link !== 'fresh') return;
    link = 'stale';
    awaySince = clock.mono();
    store.change((draft) => {
      draft.air.connected = false;
    });
    say();
    judge();
  }

  return {
    report(report) {
      offset = nextOffset(offset, report.at, clock.now());
      const facts = { live: ports.live(), now: clock.now(), offsetMs: offset.ms, memory };
      const result = applyReport(store.get(), report, facts);
      const moved = result.memory.since !== memory.since;
      memory = result.memory;
      link = 'fresh';
      last = { report, mono: clock.mono() };
      store.change((draft) => {
        assignChanged(draft.air, result.air);
        assignChanged(draft.outputs, result.outputs);
      });
      say();
      for (const event of result.events) ports.audit.record(actOf(event, namesOf(store.get())));
      judge();
      if (moved || (memory.since !== null && clock.mono() - savedAt > memoryMs)) void save();
    },
    lost,
    tick() {
      if (link === 'fresh' && last && clock.mono() - last.mono > staleMs) lost();
      judge();
    },
    fresh: () => (link === 'fresh' ? (last?.report ?? null) : null),
    close: save,
  };
}

/** The names that the evidence needs. */
function namesOf(state: StudioState): FeedingNames {
  const units = Object.values(state.field.units);
  return {
    slateText: state.station.slateText,
    feed: (id) => units.find((u) => u.feeds.some((f) => f.id === id))?.name ?? null,
  };
}

function readMemory(stored: unknown): OnAirMemory {
  const { since, lastSeen } = (stored ?? {}) as Partial<OnAirMemory>;
  return typeof since === 'number' && typeof lastSeen === 'number'
    ? { since, lastSeen }
    : { since: null, lastSeen: null };
}
