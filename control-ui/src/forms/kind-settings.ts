// The settings of each kind of output as a form starts with them: the contract's own defaults.
import type {
  HlsSettings,
  OutputKind,
  OutputSettings,
  RadioSettings,
  RecordingSettings,
  SrtSettings,
  VerticalSettings,
} from '../../../server/contract/outputs.ts';

/** The whole settings of each kind that has some. */
export interface SettingsOf {
  readonly srt: SrtSettings;
  readonly vertical: VerticalSettings;
  readonly recording: RecordingSettings;
  readonly hls: HlsSettings;
  readonly icecast: RadioSettings;
}

/** As the contract has them; the page does not carry its schemas. A test holds them together. */
export const defaultSettings: SettingsOf = {
  srt: { latencyMs: 1000, streamId: null },
  vertical: { fit: 'crop', focus: 0.5, width: 720, videoKbps: 2500 },
  recording: { fileMinutes: 30, minFreeGb: 2 },
  hls: { partMs: 500, windowSeconds: 30 },
  icecast: { lowpassHz: 5000, bitrateKbps: 96 },
};

/** What stands in the fields: what was changed over what is kept over the profile's over the kind's own. */
export function shownSettings<K extends keyof SettingsOf>(
  kind: K,
  ...layers: readonly (OutputSettings | null | undefined)[]
): SettingsOf[K] {
  // What the server keeps was checked by the kind's own schema.
  return Object.assign({}, defaultSettings[kind], ...layers.toReversed()) as SettingsOf[K];
}

/** Paths of a kind's settings in what the server refuses: each is said at its own field. */
export function settingsPaths(kind: OutputKind): readonly string[] {
  const own: Readonly<Record<string, object>> = { ...defaultSettings };
  return Object.keys(own[kind] ?? {}).map((field) => `settings.${field}`);
}

/** Which fields a kind has beside its name. */
export interface KindFields {
  /** It is sent to an address. */
  readonly address: boolean;
  /** It is sent with a key: a stream key, or a passphrase, or a source password. */
  readonly key: 'stream' | 'passphrase' | 'password' | null;
  /** A second address may be tried. */
  readonly backup: boolean;
  /** It takes some of the uplink, so that it has a place in the order of who yields. */
  readonly uplink: boolean;
}

/** The fields of each kind. */
export const kindFields: Record<OutputKind, KindFields> = {
  rtmp: { address: true, key: 'stream', backup: true, uplink: true },
  srt: { address: true, key: 'passphrase', backup: true, uplink: true },
  vertical: { address: true, key: 'stream', backup: true, uplink: true },
  recording: { address: false, key: null, backup: false, uplink: false },
  hls: { address: false, key: null, backup: false, uplink: false },
  icecast: { address: true, key: 'password', backup: false, uplink: true },
};
