// The port through which the switcher talks to OBS; the adapter is obs-client.ts, tests bring a fake.
import type { OBSEventTypes, OBSRequestTypes, OBSResponseTypes } from 'obs-websocket-js';
import type { SwitcherConnection } from '../contract/switcher.ts';
import type { Words } from '../core/errors.ts';

/** Where an OBS listens. The password is never logged nor shown. */
export interface ObsTarget {
  readonly url: string;
  readonly password: string | undefined;
}

/** The connection as it is; `problem` says what to do while it is not `connected`, or is slow. */
export interface ObsLink {
  readonly state: SwitcherConnection;
  readonly problem: Words | null;
  readonly obsVersion: string | null;
}

/** The events of OBS the switcher listens to. */
export const obsEventNames = [
  'ExitStarted',
  'CurrentSceneCollectionChanged',
  'CurrentProfileChanged',
  'SceneCreated',
  'SceneRemoved',
  'SceneNameChanged',
  'SceneListChanged',
  'CurrentProgramSceneChanged',
  'CurrentPreviewSceneChanged',
  'CurrentSceneTransitionChanged',
  'CurrentSceneTransitionDurationChanged',
  'SceneTransitionStarted',
  'SceneTransitionVideoEnded',
  'SceneTransitionEnded',
  'SceneItemCreated',
  'SceneItemRemoved',
  'SceneItemListReindexed',
  'SceneItemEnableStateChanged',
  'InputCreated',
  'InputRemoved',
  'InputNameChanged',
  'InputMuteStateChanged',
  'InputVolumeChanged',
  'InputVolumeMeters',
  'StreamStateChanged',
  'StudioModeStateChanged',
] as const;
export type ObsEventName = (typeof obsEventNames)[number];

/** One event as OBS sent it. */
export type ObsEvent = {
  [N in ObsEventName]: { readonly name: N; readonly data: OBSEventTypes[N] };
}[ObsEventName];

export type ObsRequestName = keyof OBSRequestTypes;

/** Sends one request; rejects with StudioError within 1.5 s at the latest. */
export interface ObsCaller {
  call<N extends ObsRequestName>(name: N, data?: OBSRequestTypes[N]): Promise<OBSResponseTypes[N]>;
}

export interface ObsClient extends ObsCaller {
  link(): ObsLink;
  /** Calls `listener` at each change of the link; returns its removal. */
  onLink(listener: (link: ObsLink) => void): () => void;
  onEvent(listener: (event: ObsEvent) => void): () => void;
  /** Connects to another OBS (or to none) and keeps connected until told otherwise. */
  configure(target: ObsTarget | null): void;
  /** Asks OBS for its audio meters only while somebody looks at them. */
  subscribeMeters(wanted: boolean): void;
  close(): Promise<void>;
}
