// What the server starts with when the station's own choice could not be read: neutral and visible.
import { stationProfile, type EncoderProfile, type StationProfile } from '../contract/profiles.ts';

/**
 * The station used while profiles/station.json cannot be read: no city, grey colours, the machine's
 * own zone. The grid stays off with it, because a plan in an unknown zone would act at wrong times.
 */
export function fallbackStation(hostZone: string): StationProfile {
  return {
    name: 'Estación sin configurar',
    shortName: 'ESTACIÓN',
    city: 'Sin configurar',
    zone: hostZone,
    locale: 'es-CO',
    publicHost: null,
    colors: { brand: '#3d4654', onBrand: '#ffffff', slate: '#20242c', onSlate: '#ffffff' },
    slateText: 'Ya regresamos',
    encoder: '720p30',
    obs: 'sin-configurar',
    schedule: 'sin-configurar',
    health: stationProfile.shape.health.parse(undefined),
    uplink: stationProfile.shape.uplink.parse(undefined),
    player: stationProfile.shape.player.parse(undefined),
  };
}

/** Encoding used when no encoder profile could be read: what every platform takes and a modest link carries. */
export const fallbackEncoder: EncoderProfile = {
  id: '720p30',
  name: '720p30 (de reserva)',
  width: 1280,
  height: 720,
  fps: 30,
  videoKbps: 3000,
  audioKbps: 128,
  audioRate: 48_000,
  audioChannels: 2,
  keyframeSeconds: 2,
  h264Profile: 'main',
  x264Preset: 'veryfast',
  alwaysEncode: false,
};
