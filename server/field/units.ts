// The field room: units and their credentials, the health of each feed, and who is shown in the scene Campo.
import type { Kysely } from 'kysely';
import type { AirFeedReport, AirReport } from '../contract/air-link.ts';
import type { Handlers } from '../contract/commands.ts';
import type { FeedCredentials, fieldCommands } from '../contract/field.ts';
import type { UnitProfile } from '../contract/profiles.ts';
import type { Alarms } from '../core/alarms.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import { assignChanged } from '../core/assign-changed.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError, toFailure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { serialQueue } from '../core/serial-queue.ts';
import type { StateStore } from '../core/state-store.ts';
import type { Database } from '../store/schema.ts';
import { feedEvidence } from './evidence.ts';
import { feedCredentials, foundFeed } from './credentials.ts';
import { feedHealth, unheard, type FeedHealth } from './health.ts';
import { createSceneKeeper, type FieldScene, type SceneMemory } from './scene.ts';
import { fieldAlarms, type AlarmedUnit } from './unit-alarms.ts';
import { openUnits, type StoredFeed, type StoredUnit } from './unit-store.ts';
import { unitView } from './unit-view.ts';

export interface FieldPorts {
  readonly store: StateStore;
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly box: SecretBox;
  readonly unitProfile: (id: string) => UnitProfile | undefined;
  readonly scene: FieldScene;
  readonly memory: SceneMemory;
  readonly rtmpPort: number;
  /** The name a unit outside this machine can reach, for the one the person who asks used. */
  readonly publicHost?: (host: string) => string;
  /** Key with which OBS reads field feeds from the ingest. */
  readonly playKey: string;
  /** Where OBS finds the ingest; asked at each change. */
  readonly playHost: () => string;
  readonly newId: (prefix: string) => string;
  readonly newSecret: () => string;
  /** In [0, 1). */
  readonly random: () => number;
}

export type FieldCommand = keyof typeof fieldCommands;

export interface Field {
  readonly handlers: Handlers<FieldCommand>;
  /** The feeds that may publish, with their keys in clear: for the order to air. */
  feeds(): readonly { readonly id: string; readonly key: string }[];
  onFeedsChange(listener: () => void): void;
  /** What air reported; units keep their last values while no report comes. */
  report(report: AirReport): void;
  close(): void;
}

const maxUnits = 50;

/** Opens the room: every unit is in the state, off, until air reports it. */
export async function createField(ports: FieldPorts): Promise<Field> {
  const { store, clock } = ports;
  const units = await openUnits(ports.db, ports.box, ports.newSecret);
  const queue = serialQueue();
  const latch = createAlarmLatch(ports.alarms);
  const health = new Map<string, FeedHealth>();
  const listeners = new Set<() => void>();
  let reports: Readonly<Record<string, AirFeedReport>> = {};
  let reportedAt = clock.now();
  let first = true;
  const scene = await createSceneKeeper({
    ...ports,
    playUrl: (feed) =>
      `rtmp://${ports.playHost()}:${ports.rtmpPort}/field/${feed}?k=${ports.playKey}`,
    onShown: () => publish(),
    onProblem(error) {
      const failure = error === null ? null : toFailure(error);
      // An OBS that is away has its own banner.
      if (failure?.code === 'unavailable') return;
      latch.set(
        'field-scene',
        failure && {
          severity: 'warning',
          what: {
            es: 'La señal de campo no se pudo poner en la escena.',
            en: 'The field feed could not be put in the scene.',
          },
          advice: { es: failure.message, en: failure.messageEn },
        },
      );
    },
  });
  publish();

  function healthOf(feed: StoredFeed): FeedHealth {
    return health.get(feed.id) ?? unheard(clock.now());
  }

  function publish(): void {
    const now = clock.now();
    const shown = scene.shown()?.feed ?? null;
    const before = store.get().field.units;
    const alarmed: AlarmedUnit[] = [];
    store.change((draft) => {
      const gone = new Set(Object.keys(draft.field.units));
      for (const unit of units.list()) {
        gone.delete(unit.id);
        const facts = {
          name: unit.name,
          profile: unit.profile,
          expectedKbps: ports.unitProfile(unit.profile)?.expectedKbps ?? 0,
          feeds: unit.feeds.map((f) => ({
            id: f.id,
            label: f.label,
            health: healthOf(f),
            report: reports[f.id],
          })),
          inScene: unit.feeds.find((f) => f.id === shown)?.id ?? null,
        };
        const view = unitView(facts, before[unit.id], reportedAt, now);
        alarmed.push({ id: unit.id, view });
        const old = draft.field.units[unit.id];
        if (old) assignChanged(old, view);
        else draft.field.units[unit.id] = view;
      }
      for (const id of gone) delete draft.field.units[id];
    });
    const alarms = fieldAlarms(alarmed);
    latch.retain((id) => id === 'field-scene' || alarms.has(id));
    for (const [id, words] of alarms) latch.set(id, words);
  }

  function changed(): void {
    publish();
    for (const listener of listeners) listener();
  }

  function found(id: string): StoredUnit {
    const unit = units.get(id);
    if (!unit) {
      throw new StudioError('notFound', {
        es: 'Esa unidad ya no existe.',
        en: 'That unit no longer exists.',
      });
    }
    return unit;
  }

  const credentials = (feed: StoredFeed, host: string): FeedCredentials =>
    feedCredentials(feed, ports.publicHost?.(host) ?? host, ports.rtmpPort);

  return {
    handlers: {
      'field.createUnit': (input, context) =>
        queue.run(async () => {
          const profile = ports.unitProfile(input.profile);
          if (!profile) {
            const message = `There is no unit profile “${input.profile}”.`;
            throw new StudioError(
              'invalid',
              { es: `No hay un perfil de unidad «${input.profile}».`, en: message },
              { context: { issues: [{ path: 'profile', message }] } },
            );
          }
          if (units.list().length >= maxUnits) {
            throw new StudioError('conflict', {
              es: `Ya hay ${maxUnits} unidades. Quite una antes de añadir otra.`,
              en: `There are already ${maxUnits} units. Remove one before adding another.`,
            });
          }
          const id = ports.newId(profile.id.slice(0, 20));
          const feeds = profile.feeds.map(({ label }, index) => ({
            id: `${id}-${index + 1}`,
            label,
            key: ports.newSecret(),
            position: index,
          }));
          const createdAt = clock.now();
          await units.add({ id, name: input.name, profile: profile.id, createdAt, feeds });
          changed();
          return { id, feeds: feeds.map((feed) => credentials(feed, context.host)) };
        }),
      'field.removeUnit': (input) =>
        queue.run(async () => {
          const unit = found(input.id);
          await units.remove(unit.id);
          for (const feed of unit.feeds) health.delete(feed.id);
          changed();
          return {};
        }),
      'field.rotateKey': (input, context) =>
        queue.run(async () => {
          const unit = found(input.id);
          const feed = { ...foundFeed(unit, input.feed), key: ports.newSecret() };
          await units.setKey(unit.id, feed.id, feed.key);
          changed();
          return credentials(feed, context.host);
        }),
      'field.credentials': async (input, context) => ({
        feeds: found(input.id).feeds.map((feed) => credentials(feed, context.host)),
      }),
      'field.show': async (input, context) => {
        const feed = foundFeed(found(input.id), input.feed);
        await scene.show(feed.id, context.actor);
        return {};
      },
    },
    feeds: () => units.list().flatMap((u) => u.feeds.map(({ id, key }) => ({ id, key }))),
    onFeedsChange(listener) {
      listeners.add(listener);
    },
    report(report) {
      const now = clock.now();
      reports = report.feeds;
      reportedAt = report.at;
      for (const unit of units.list()) {
        const limits = ports.unitProfile(unit.profile) ?? { expectedKbps: 0, degradedBelow: 0 };
        for (const feed of unit.feeds) {
          const was = healthOf(feed);
          const is = feedHealth(was, reports[feed.id], limits, report.at, now, first);
          health.set(feed.id, is);
          const act = feedEvidence(unit.name, feed.label, feed.id, was, is);
          // What was there before control started did not arrive now.
          if (act && !first) ports.audit.record(act);
        }
      }
      first = false;
      scene.update(
        units.list().flatMap((u) =>
          u.feeds.map((f) => {
            const { state, since } = healthOf(f);
            return { id: f.id, state, since };
          }),
        ),
      );
      publish();
    },
    close: () => scene.close(),
  };
}
