// The station's words and colours inside an OBS profile: {braces} → text, `#rrggbb` → OBS's own number.

import type { StationProfile } from '../contract/profiles.ts';

/** The station as far as its OBS is concerned. */
export type Station = Pick<
  StationProfile,
  'name' | 'shortName' | 'city' | 'zone' | 'colors' | 'slateText'
>;

/** What {braces} in an OBS profile may name. */
export interface StationWords {
  readonly station: string;
  readonly shortName: string;
  readonly city: string;
  readonly slateText: string;
  /** Colours, `#rrggbb`. */
  readonly brand: string;
  readonly onBrand: string;
  readonly slate: string;
  readonly onSlate: string;
  /** Path of a font file, for pictures drawn by FFmpeg. */
  readonly font: string;
}

const font = '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf';

/** The words of this station. */
export function stationWords(station: Station): StationWords {
  return {
    station: station.name,
    shortName: station.shortName,
    city: station.city,
    slateText: station.slateText,
    brand: station.colors.brand,
    onBrand: station.colors.onBrand,
    slate: station.colors.slate,
    onSlate: station.colors.onSlate,
    font,
  };
}

/** `#rrggbb` → the unsigned 0xAABBGGRR that OBS keeps colours in. */
export function obsColor(hex: string): number {
  const red = Number.parseInt(hex.slice(1, 3), 16);
  const green = Number.parseInt(hex.slice(3, 5), 16);
  const blue = Number.parseInt(hex.slice(5, 7), 16);
  return ((0xff << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Fills in every string of `settings`; unknown names in braces stay as they are. */
export function fillSettings(settings: unknown, words: StationWords): unknown {
  if (typeof settings === 'string') {
    const text = settings.replaceAll(/\{([a-zA-Z]+)\}/g, (whole, name: string) =>
      name in words ? words[name as keyof StationWords] : whole,
    );
    return /^#[0-9a-fA-F]{6}$/.test(text) ? obsColor(text) : text;
  }
  if (Array.isArray(settings)) return settings.map((item) => fillSettings(item, words));
  if (settings && typeof settings === 'object') {
    return Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name, fillSettings(value, words)]),
    );
  }
  return settings;
}
