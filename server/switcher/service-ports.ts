// What the switcher needs from elsewhere, and what it offers.
import type { Handlers } from '../contract/commands.ts';
import type { EncoderProfile } from '../contract/profiles.ts';
import type { Alarms } from '../core/alarms.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { StateStore } from '../core/state-store.ts';
import type { SwitcherCommand } from './handlers.ts';
import type { RuntimeStatus } from './link-report.ts';
import type { MeterListener } from './meters.ts';
import type { ObsClient } from './obs-port.ts';
import type { AirSlate } from './panic.ts';
import type { ProgramMemory } from './program-memory.ts';
import type { StreamTarget } from './stream-step.ts';
import type { ThumbnailListener } from './thumbnails.ts';

export interface SwitcherPorts {
  readonly client: ObsClient;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Audit;
  readonly alarms: Pick<Alarms, 'raise' | 'clear'>;
  /** In [0,1). */
  readonly random: () => number;
  /** Names the station gave its slate scene and lower third; null when its profile could not be read. */
  readonly profile: { readonly slateScene: string; readonly lowerThird: string } | null;
  readonly encoder: EncoderProfile | null;
  /** Air's own slate, for a panic that OBS does not carry out; without it such a panic only fails. */
  readonly airSlate?: AirSlate;
  /** What outlives this run; without it the next one blames nobody for what it finds on air. */
  readonly memory?: ProgramMemory;
}

export interface Switcher {
  readonly handlers: Handlers<SwitcherCommand>;
  /** Names of OBS's scenes, top first; null while unknown. */
  scenes(): readonly string[] | null;
  /** The scene on air; null while unknown. */
  program(): string | null;
  /** The scene last seen on air, also after OBS is gone; null when none ever was. */
  lastProgram(): string | null;
  /** Puts a scene on air with the operator's transition; nothing to do when it is there. For automation. */
  take(scene: string, by: { actor: string; reason: string }): Promise<void>;
  /**
   * Cuts to a scene if `when` still says so at its turn; resolves to whether it did, once OBS reported
   * it. For automation that must not act on what a person changed meanwhile.
   */
  cut(scene: string, by: { actor: string; reason: string; when: () => boolean }): Promise<boolean>;
  /** A small PNG of a scene as OBS renders it, base64; rejects when OBS does not give one in time. */
  picture(scene: string): Promise<string>;
  /** Each wish to move the program, before OBS is told; returns the removal. */
  onAsk(listener: (wish: { scene: string; by: string }) => void): () => void;
  /** `by`: a login name, `grid`, or `obs` for somebody using OBS itself. Not called for what is adopted. */
  onProgramChange(listener: (change: { scene: string; by: string }) => void): () => void;
  /** After each connection, once everything has been read. */
  onConnected(listener: () => void): () => void;
  /** Resolves once OBS streams there, or is on its way after 4 s; nothing to do when it already does. */
  startStream(target: StreamTarget): Promise<void>;
  /** Resolves once OBS does not stream, or is still stopping after 4 s. */
  stopStream(): Promise<void>;
  /** Plays `url` in a media source, null blanks it; `restart` opens the same address again. */
  setMediaInput(input: string, url: string | null, options?: { restart?: boolean }): Promise<void>;
  watchThumbnails(listener: ThumbnailListener): () => void;
  watchMeters(listener: MeterListener): () => void;
  runtimeChanged(status: RuntimeStatus): void;
  /** OBS was ended on purpose: the next one begins with a program of nobody's. */
  obsEnded(): void;
  /** Lets go of OBS; resolves once what is remembered is on the disk. */
  close(): Promise<void>;
}
