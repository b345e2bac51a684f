// The field room on a real database, with an OBS that obeys, is away or refuses.
import { expect } from 'vitest';
import type { AirFeedReport } from '../../server/contract/air-link.ts';
import type { CommandContext } from '../../server/contract/commands.ts';
import type { UnitProfile } from '../../server/contract/profiles.ts';
import { StudioError } from '../../server/core/errors.ts';
import { silentLog } from '../../server/core/log.ts';
import { createField, type Field } from '../../server/field/units.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { settle } from './hand-clock.ts';
import { bench, type Bench } from './outputs-bench.ts';
import { idleReport } from './outputs-samples.ts';

/** Who asks. */
export const ana: CommandContext = { actor: 'ana', roles: ['operator'], host: 'studio.local' };

const profiles: Record<string, UnitProfile> = {
  phone: {
    id: 'phone',
    name: 'Celular',
    feeds: [{ label: 'Cámara' }],
    expectedKbps: 4000,
    degradedBelow: 0.5,
    hint: { es: 'x', en: 'x' },
  },
  liveu: {
    id: 'liveu',
    name: 'LiveU',
    feeds: [{ label: 'Cámara 1' }, { label: 'Cámara 2' }],
    expectedKbps: 5000,
    degradedBelow: 0.5,
    hint: { es: 'x', en: 'x' },
  },
};

/** The media source of an OBS that may be away or refuse. */
export interface FakeScene {
  readonly urls: (string | null)[];
  failure: Error | null;
  connect(): void;
}

/** A field room, what air can say to it, and what it stands on. */
export interface FieldBench extends Bench {
  readonly field: Field;
  readonly scene: FakeScene;
  /** How often the feeds of the order changed. */
  changes: number;
  create(name: string, profile?: string): ReturnType<Field['handlers']['field.createUnit']>;
  /** What air says of a feed that arrives. */
  sending(kbps?: number, videoCodec?: string): AirFeedReport;
  /** What air says of a feed that has just ended. */
  ended(): AirFeedReport;
  /** Air reports these feeds now. */
  report(feeds: Record<string, AirFeedReport>): Promise<void>;
}

/** A field room on a fresh database, or on what another run of control left. */
export async function fieldBench(base?: Bench, publicHost?: string): Promise<FieldBench> {
  const on = base ?? (await bench());
  const listeners: (() => void)[] = [];
  const scene: FakeScene = {
    urls: [],
    failure: null,
    connect: () => {
      for (const l of listeners) l();
    },
  };
  let serial = 0;
  const stamp = on.clock.mono();
  const field = await createField({
    ...on,
    db: on.database.db,
    audit: { record: (act) => void on.acts.push(act) },
    log: silentLog,
    unitProfile: (id) => profiles[id],
    scene: {
      async setMediaInput(url) {
        scene.urls.push(url);
        if (scene.failure) throw scene.failure;
      },
      onConnected(listener) {
        listeners.push(listener);
        return () => undefined;
      },
    },
    memory: createSettings(on.database.db),
    rtmpPort: 1936,
    ...(publicHost === undefined ? {} : { publicHost: () => publicHost }),
    playKey: 'the-play-key',
    playHost: () => '127.0.0.1',
    newId: (prefix) => `${prefix}-${stamp}-${(serial += 1)}`,
    newSecret: () => `feed-secret-${stamp}-${(serial += 1)}`,
    random: () => 0.5,
  });
  const opened: FieldBench = {
    ...on,
    field,
    scene,
    changes: 0,
    create: (name, profile = 'phone') => field.handlers['field.createUnit']({ name, profile }, ana),
    sending: (kbps = 4000, videoCodec = 'h264') => ({
      connected: true,
      lastPacketAt: on.clock.now() - 20,
      connectedAt: on.clock.now() - 9000,
      remote: '10.1.2.3',
      stream: {
        videoCodec,
        audioCodec: 'aac',
        width: 1280,
        height: 720,
        fps: 30,
        bitrateKbps: kbps,
        keyframeSeconds: 2,
      },
      lastEnd: null,
    }),
    ended: () => ({
      connected: false,
      lastPacketAt: null,
      connectedAt: null,
      remote: null,
      stream: null,
      lastEnd: { at: on.clock.now() - 50, reason: 'closed' },
    }),
    async report(feeds) {
      field.report(idleReport(on.clock.now(), { feeds }));
      await settle();
    },
  };
  field.onFeedsChange(() => {
    opened.changes += 1;
  });
  return opened;
}

/** The address under which OBS plays a feed. */
export const playing = (feed: string) => `rtmp://127.0.0.1:1936/field/${feed}?k=the-play-key`;

/** The code a command failed with; fails itself when it did not, or not in our words. */
export async function code(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(StudioError);
  return (error as StudioError).code;
}
