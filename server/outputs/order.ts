// Builds the whole wanted state that air follows. Pure: the same facts make the same order, byte by byte.
import { airContractVersion, type AirOrder, type AirOutputOrder } from '../contract/air-link.ts';
import type { EncoderProfile } from '../contract/profiles.ts';
import type { StationState } from '../contract/station.ts';

/** Everything an order is made of; secrets in clear. */
export interface OrderFacts {
  readonly live: boolean;
  readonly encoder: EncoderProfile;
  readonly station: Pick<StationState, 'name' | 'slateText' | 'colors'>;
  readonly rtmpPort: number;
  readonly programKey: string;
  readonly playKey: string;
  readonly feeds: readonly { readonly id: string; readonly key: string }[];
  readonly backupKey: string | null;
  readonly bypass: string | null;
  readonly forceSlate: boolean;
  /** A PNG, base64, of OBS's slate scene while what arrives may be kept as the slate. */
  readonly slatePicture: string | null;
  readonly outputs: readonly AirOutputOrder[];
}

/** The order without the two fields that say which one it is. */
export type OrderContent = Omit<AirOrder, 'rev' | 'issuedAt'>;

const byId = (a: { id: string }, b: { id: string }): number =>
  a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

/** What air should do, independent of the order in which facts were gathered. */
export function orderContent(facts: OrderFacts): OrderContent {
  return {
    contract: airContractVersion,
    live: facts.live,
    encoder: facts.encoder,
    slate: {
      name: facts.station.name,
      text: facts.station.slateText,
      background: facts.station.colors.slate,
      foreground: facts.station.colors.onSlate,
    },
    ingest: {
      rtmpPort: facts.rtmpPort,
      programKey: facts.programKey,
      playKey: facts.playKey,
      backupKey: facts.backupKey,
      feeds: facts.feeds.map(({ id, key }) => ({ id, key })).toSorted(byId),
    },
    bypass: facts.bypass,
    forceSlate: facts.forceSlate,
    captureSlate: facts.slatePicture !== null,
    slatePicture: facts.slatePicture,
    outputs: facts.outputs
      .map(({ id, kind, run, url, key, settings, backupUrl, folder }) => ({
        id,
        kind,
        run,
        url,
        key,
        settings,
        backupUrl,
        folder,
      }))
      .toSorted(byId),
  };
}

/** Whether two orders ask for the same. */
export function sameOrder(a: OrderContent, b: OrderContent): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
