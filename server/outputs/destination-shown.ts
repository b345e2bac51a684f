// A destination as everybody signed in sees it. Pure.
import type { Output } from '../contract/outputs.ts';
import type { EncoderProfile } from '../contract/profiles.ts';
import { shownAddress } from './address.ts';
import { shownSettings } from './destination-settings.ts';
import type { Destination } from './destination-store.ts';
import type { idleFacts } from './report.ts';
import { needKbps } from './uplink/need.ts';

/** The part of the state that comes from what people configured; never a secret. */
export function shownOutput(
  d: Destination,
  encoder: EncoderProfile,
): Omit<Output, keyof typeof idleFacts | 'since' | 'shed'> {
  return {
    name: d.name,
    kind: d.kind,
    profile: d.profile,
    url: shownAddress(d.kind, d.url),
    hasKey: d.key !== null,
    withAir: d.withAir,
    settings: shownSettings(d.settings),
    backupUrl: d.backupUrl === null ? null : shownAddress(d.kind, d.backupUrl),
    priority: d.priority,
    mayShed: d.mayShed,
    needKbps: needKbps(d.kind, d.settings, encoder),
    playPath: d.kind === 'hls' ? `/en-vivo/hls/${d.id}/live.m3u8` : null,
    order: d.ordered,
  };
}
