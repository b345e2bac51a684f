// How always-encode makes its H.264: for the encoder of all that goes out, and for the slate that covers it.
import type { EncoderProfile } from '../../contract/profiles.ts';

/** Frames from one key frame to the next. */
function groupFrames(profile: EncoderProfile): number {
  return Math.max(1, Math.round(profile.fps * profile.keyframeSeconds));
}

/**
 * ffmpeg's options for pictures of this profile at a near constant rate, without delay. Whoever encodes
 * with them writes the same SPS and PPS, whatever the pictures: no decoder notices who it was. That is
 * why the number of threads, which leaves no trace there, is not among them.
 */
export function steadyVideoOptions(profile: EncoderProfile): string[] {
  const group = groupFrames(profile);
  const rate = `${profile.videoKbps}k`;
  return [
    `-c:v libx264 -preset ${profile.x264Preset} -tune zerolatency -profile:v ${profile.h264Profile}`,
    `-bf 0 -g ${group} -keyint_min ${group} -sc_threshold 0`,
    `-b:v ${rate} -maxrate ${rate} -bufsize ${rate}`,
    '-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv',
  ].flatMap((line) => line.split(' '));
}

/** ffmpeg's options for sound of this profile. */
export function steadyAudioOptions(profile: EncoderProfile): string[] {
  const { audioKbps, audioRate, audioChannels } = profile;
  const sound = ['-c:a', 'aac', '-b:a', `${audioKbps}k`];
  return [...sound, '-ar', String(audioRate), '-ac', String(audioChannels)];
}
