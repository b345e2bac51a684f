// What anybody may know of the air: the answer of GET /api/v1/public/live.json, for the page /en-vivo.
import { z } from 'zod';
import { hexColor } from './station.ts';

export const publicLive = z.object({
  station: z.object({
    name: z.string(),
    shortName: z.string(),
    city: z.string(),
    /** IANA zone. */
    zone: z.string(),
    locale: z.string(),
    colors: z.object({ brand: hexColor, onBrand: hexColor }),
  }),
  /** On the air, the web player may not be ready yet, or have nothing to show just now. */
  state: z.enum(['live', 'starting', 'interrupted', 'off']),
  /** Path of the playlist on this server; null unless live. */
  playlist: z.string().nullable(),
  /** Epoch ms by the station's clock, which a rehearsal may have moved. */
  now: z.number(),
  /** Epoch ms by the server's own clock, as in the playlist's dates. */
  utc: z.number(),
});
export type PublicLive = z.infer<typeof publicLive>;
