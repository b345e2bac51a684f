// What of the station's encoding a platform will not take, before the platform says so on air.
import { verticalSettings, type OutputSettings } from '../contract/outputs.ts';
import type { DestinationProfile, EncoderProfile } from '../contract/profiles.ts';
import type { Words } from '../core/errors.ts';

const rules: readonly ((
  limits: DestinationProfile['limits'],
  encoder: EncoderProfile,
) => Words | null)[] = [
  (l, e) =>
    l.maxVideoKbps !== null && e.videoKbps > l.maxVideoKbps
      ? {
          es: `el video va a ${e.videoKbps} kb/s y admite hasta ${l.maxVideoKbps}`,
          en: `video runs at ${e.videoKbps} kb/s and it takes up to ${l.maxVideoKbps}`,
        }
      : null,
  (l, e) =>
    l.minVideoKbps !== null && e.videoKbps < l.minVideoKbps
      ? {
          es: `el video va a ${e.videoKbps} kb/s y pide al menos ${l.minVideoKbps}`,
          en: `video runs at ${e.videoKbps} kb/s and it wants at least ${l.minVideoKbps}`,
        }
      : null,
  (l, e) =>
    l.maxAudioKbps !== null && e.audioKbps > l.maxAudioKbps
      ? {
          es: `el audio va a ${e.audioKbps} kb/s y admite hasta ${l.maxAudioKbps}`,
          en: `audio runs at ${e.audioKbps} kb/s and it takes up to ${l.maxAudioKbps}`,
        }
      : null,
  (l, e) =>
    l.maxKeyframeSeconds !== null && e.keyframeSeconds > l.maxKeyframeSeconds
      ? {
          es: `hay un cuadro clave cada ${e.keyframeSeconds} s y pide uno cada ${l.maxKeyframeSeconds} s`,
          en: `there is a key frame every ${e.keyframeSeconds} s and it wants one every ${l.maxKeyframeSeconds} s`,
        }
      : null,
  (l, e) =>
    l.maxHeight !== null && e.height > l.maxHeight
      ? {
          es: `la imagen es de ${e.height} líneas y admite hasta ${l.maxHeight}`,
          en: `the picture has ${e.height} lines and it takes up to ${l.maxHeight}`,
        }
      : null,
];

/**
 * Each way in which what a video platform gets breaks its limits: the program's own encoding, or that
 * of a vertical output. Radio encodes for itself within its settings' bounds.
 */
export function limitWarnings(
  profile: DestinationProfile,
  encoder: EncoderProfile,
  settings: OutputSettings | null = null,
): Words[] {
  if (profile.kind === 'icecast') return [];
  const sent = profile.kind === 'vertical' ? verticalEncoding(encoder, settings) : encoder;
  return rules.flatMap((rule) => rule(profile.limits, sent) ?? []);
}

/** A limit on lines is meant for a lying picture: a standing one is as wide as that is high. */
function verticalEncoding(
  encoder: EncoderProfile,
  settings: OutputSettings | null,
): EncoderProfile {
  const { width, videoKbps } = verticalSettings.parse(settings ?? {});
  return { ...encoder, height: width, videoKbps };
}
