// What OBS will send, read back, against what the platforms need; and the settings that make it right.
import type { EncoderProfile } from '../contract/profiles.ts';
import type { Words } from '../core/errors.ts';
import type { ObsCaller } from './obs-port.ts';

/** One line of OBS's profile (`basic.ini`). */
export interface ProfileParameter {
  readonly category: string;
  readonly name: string;
  readonly value: string;
}

/** OBS's video and output settings as it told them; null where it does not say. */
export interface RawEncoder {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** `Simple` or `Advanced`; advanced settings of the encoder cannot be read from outside. */
  readonly mode: string | null;
  readonly streamEncoder: string | null;
  readonly useAdvanced: boolean;
  readonly x264Settings: string;
  readonly videoKbps: number | null;
}

/** x264's own default distance between key frames, in frames. */
const x264DefaultKeyint = 250;

/** Options for x264: a key frame exactly every so often, no B-frames, so that cuts and returns are quick. */
export function x264Options(profile: EncoderProfile): string {
  const keyint = Math.round(profile.fps * profile.keyframeSeconds);
  return `keyint=${keyint} min-keyint=${keyint} scenecut=0 bframes=0 profile=${profile.h264Profile}`;
}

/** The parameters of OBS's profile that carry this encoder. */
export function profileParameters(profile: EncoderProfile): ProfileParameter[] {
  const simple = (name: string, value: string): ProfileParameter => ({
    category: 'SimpleOutput',
    name,
    value,
  });
  return [
    { category: 'Output', name: 'Mode', value: 'Simple' },
    { category: 'Audio', name: 'SampleRate', value: String(profile.audioRate) },
    {
      category: 'Audio',
      name: 'ChannelSetup',
      value: profile.audioChannels === 1 ? 'Mono' : 'Stereo',
    },
    simple('StreamEncoder', 'x264'),
    simple('VBitrate', String(profile.videoKbps)),
    simple('ABitrate', String(profile.audioKbps)),
    simple('UseAdvanced', 'true'),
    simple('Preset', profile.x264Preset),
    simple('x264Settings', x264Options(profile)),
  ];
}

/** Seconds between key frames as far as the settings tell; null when they do not. */
export function keyframeSeconds(raw: RawEncoder): number | null {
  if (raw.mode !== 'Simple' || raw.streamEncoder !== 'x264') return null;
  const options = raw.useAdvanced ? raw.x264Settings : '';
  const keyint = /(?:^|\s)keyint=(\d+)/.exec(options)?.[1];
  return (keyint ? Number(keyint) : x264DefaultKeyint) / raw.fps;
}

/** The one thing about OBS's encoder that most endangers the air; null when nothing does. */
export function judgeEncoder(raw: RawEncoder, profile: EncoderProfile): Words | null {
  const key = keyframeSeconds(raw);
  if (key !== null && key > profile.keyframeSeconds + 0.01) {
    const seconds = key.toFixed(1);
    return {
      es: `OBS enviará un cuadro clave cada ${seconds.replace('.', ',')} s; las plataformas piden ${profile.keyframeSeconds} s. Ajuste el codificador de OBS.`,
      en: `OBS will send a key frame every ${seconds} s; platforms ask for ${profile.keyframeSeconds} s. Adjust OBS's encoder.`,
    };
  }
  if (raw.width !== profile.width || raw.height !== profile.height) {
    return {
      es: `OBS envía ${raw.width}×${raw.height} y la estación usa ${profile.width}×${profile.height}: la cortina de reserva cambiaría el tamaño de la imagen.`,
      en: `OBS sends ${raw.width}×${raw.height} and the station uses ${profile.width}×${profile.height}: the slate would change the picture's size.`,
    };
  }
  if (Math.abs(raw.fps - profile.fps) > 0.1) {
    return {
      es: `OBS produce ${Math.round(raw.fps)} cuadros por segundo y la estación usa ${profile.fps}.`,
      en: `OBS makes ${Math.round(raw.fps)} frames per second and the station uses ${profile.fps}.`,
    };
  }
  if (raw.mode === 'Simple' && raw.videoKbps !== null && raw.videoKbps > profile.videoKbps * 1.2) {
    return {
      es: `OBS enviará ${raw.videoKbps} kb/s de video; el perfil de la estación es de ${profile.videoKbps} kb/s.`,
      en: `OBS will send ${raw.videoKbps} kb/s of video; the station's profile is ${profile.videoKbps} kb/s.`,
    };
  }
  return null;
}

/** Reads what OBS is set to. */
export async function readEncoder(obs: ObsCaller): Promise<RawEncoder> {
  const parameter = async (parameterCategory: string, parameterName: string) => {
    const answer = await obs.call('GetProfileParameter', { parameterCategory, parameterName });
    return (answer.parameterValue as string | null) ?? null;
  };
  const [video, mode, streamEncoder, useAdvanced, x264Settings, videoKbps] = await Promise.all([
    obs.call('GetVideoSettings'),
    parameter('Output', 'Mode'),
    parameter('SimpleOutput', 'StreamEncoder'),
    parameter('SimpleOutput', 'UseAdvanced'),
    parameter('SimpleOutput', 'x264Settings'),
    parameter('SimpleOutput', 'VBitrate'),
  ]);
  return {
    width: video.outputWidth,
    height: video.outputHeight,
    fps: video.fpsNumerator / video.fpsDenominator,
    mode,
    streamEncoder,
    useAdvanced: useAdvanced === 'true',
    x264Settings: x264Settings ?? '',
    videoKbps: videoKbps === null ? null : Number(videoKbps),
  };
}
