// What the air service needs from elsewhere, and what it offers.
import type { Kysely } from 'kysely';
import type { Handlers } from '../contract/commands.ts';
import type { DestinationProfile, EncoderProfile } from '../contract/profiles.ts';
import type { Alarms } from '../core/alarms.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { StateStore } from '../core/state-store.ts';
import type { Database } from '../store/schema.ts';
import type { ChoiceCommand } from './air-choices.ts';
import type { AirLink } from './air-link-port.ts';
import type { DestinationCommand } from './destinations.ts';
import type { IngestKeys } from './ingest-keys.ts';
import type { SlateStage } from './shown-scene.ts';
import type { ProgramEncoder } from './stream-supervisor.ts';

/** The field feeds that may publish, with their keys in clear. */
export interface OrderFeeds {
  feeds(): readonly { readonly id: string; readonly key: string }[];
  onFeedsChange(listener: () => void): void;
}

export interface AirServicePorts {
  readonly store: StateStore;
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly box: SecretBox;
  readonly link: AirLink;
  readonly encoder: ProgramEncoder;
  /** OBS's program, for having its slate captured. */
  readonly stage: SlateStage;
  readonly feeds: OrderFeeds;
  readonly keys: IngestKeys;
  readonly destinationProfile: (id: string) => DestinationProfile | undefined;
  /** The station's encoder profile. */
  readonly encoderProfile: () => EncoderProfile;
  readonly rtmpPort: number;
  /** The name a machine elsewhere can reach, for the one the person who asks used. */
  readonly publicHost?: (host: string) => string;
  readonly newId: (prefix: string) => string;
  /** In [0, 1). */
  readonly random: () => number;
}

export type AirCommand = 'air.goLive' | 'air.stop' | ChoiceCommand;

export interface AirService {
  readonly handlers: Handlers<AirCommand | DestinationCommand>;
  /** Where the web's monitor proxy reads the program as sent; holds a secret. Null while there is none. */
  monitorUrl(): string | null;
  /** Something an order is made of changed elsewhere: an output was shed, or is let go on. */
  orderChanged(): void;
  /**
   * Puts air's own slate on within a second, for whom OBS does not help (F9); fails in words when
   * that is not possible either, or nothing is on the air.
   */
  forceSlate(by: string, reason: string): Promise<void>;
  /** Before control goes and the air stays: nothing waits any more, OBS's scene is given back. */
  handOver(): Promise<void>;
  /**
   * A person stops the server: the air and every video output are ordered to stop and OBS stops
   * streaming, so that the next start does not broadcast by itself. Radio, which is continuous,
   * keeps its order. Call it before anything is closed.
   */
  standDown(): Promise<void>;
  /** Lets go of everything; orders stand and air carries on with the last one. */
  close(): Promise<void>;
}
