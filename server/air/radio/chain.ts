// The AM channel's sound: what the filters do to the program's audio, and how it is encoded.
import type { RadioSettings } from '../../contract/outputs.ts';

export interface RadioChain {
  /** ffmpeg audio filters in order. */
  readonly filters: readonly string[];
  /** Output options of the encoder. */
  readonly encoding: readonly string[];
}

/** MPEG-1 at 32 kHz: carries 10 kHz with room for the slope and takes every bitrate up to 192 kb/s. */
const sampleRate = 32_000;
/** Full-scale fraction the limiter holds: −6 dB. The low-pass and a low MP3 bitrate overshoot by up to 4 dB. */
const ceiling = 0.5;
/** Width of the low-pass slope, Hz: it ends at the edge of the channel, not beyond. */
const slopeHz = 250;
/** Half the low-pass kernel, s: narrower slopes need longer kernels, and this is added latency. */
const kernelDelay = 0.03;

/**
 * Mono, 50 Hz high-pass, compressor, limiter with headroom, low-pass that leaves nothing above
 * `lowpassHz`, then the loudness meter, whose readings are printed on stdout.
 */
export function radioChain(settings: RadioSettings): RadioChain {
  const passHz = settings.lowpassHz - slopeHz;
  return {
    filters: [
      `aformat=channel_layouts=mono`,
      `aresample=${sampleRate}`,
      `highpass=f=50:poles=2`,
      `acompressor=threshold=0.1:ratio=3:attack=15:release=250:makeup=2:knee=4`,
      `alimiter=limit=${ceiling}:attack=5:release=60:level=false`,
      `firequalizer=gain='if(lt(f,${passHz}),0,-120)':delay=${kernelDelay}:accuracy=5:zero_phase=0`,
      `ebur128=metadata=1:framelog=verbose`,
      `ametadata=mode=print:file=pipe\\\\:1:direct=1`,
    ],
    encoding: [
      '-c:a',
      'libmp3lame',
      '-b:a',
      `${settings.bitrateKbps}k`,
      '-ar',
      String(sampleRate),
      '-ac',
      '1',
      '-cutoff',
      String(settings.lowpassHz),
    ],
  };
}
