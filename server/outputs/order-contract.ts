// An order in the words of an older air: a neighbour by one release must still understand it whole. Pure.
import type { z } from 'zod';
import { airContractVersion, type airOrder, type AirOrder } from '../contract/air-link.ts';
import type { OutputKind } from '../contract/outputs.ts';

/** What travels: fields with a default may be missing. */
export type SentOrder = z.input<typeof airOrder>;

/** The output kinds of contract 1. */
const firstKinds: ReadonlySet<OutputKind> = new Set(['rtmp', 'icecast']);

/**
 * `order` for an air that announced `contract`, and the ids of the outputs that such an air does not
 * know and that are left out. The present contract and anything newer get it as it is.
 */
export function orderFor(
  order: AirOrder,
  contract: number,
): { readonly order: SentOrder; readonly left: readonly string[] } {
  if (contract >= airContractVersion) return { order, left: [] };
  // Contract 1 refuses encoder fields it does not know; what is new elsewhere it passes over.
  const { alwaysEncode: _alwaysEncode, ...encoder } = order.encoder;
  const known = order.outputs.filter((o) => firstKinds.has(o.kind));
  const sent = {
    ...order,
    contract,
    encoder,
    outputs: known.map(({ id, kind, run, url, key, settings }) => ({
      id,
      kind,
      run,
      url,
      key,
      settings: kind === 'icecast' ? radioOfOne(settings) : null,
    })),
  };
  const left = order.outputs.filter((o) => !firstKinds.has(o.kind)).map((o) => o.id);
  return { order: sent, left };
}

/** Contract 1 knows two settings of the radio chain and refuses any other. */
function radioOfOne(
  settings: AirOrder['outputs'][number]['settings'],
): SentOrder['outputs'][number]['settings'] {
  if (settings === null) return null;
  const known = ['lowpassHz', 'bitrateKbps'];
  return Object.fromEntries(Object.entries(settings).filter(([name]) => known.includes(name)));
}
