// Points a media source of OBS at a network stream, touching it only when that changes something.
import type { ObsCaller } from './obs-port.ts';

/** Settings of OBS's `ffmpeg_source` for a live address; null shows nothing. */
export function mediaSettings(url: string | null): Record<string, string | number | boolean> {
  return {
    is_local_file: false,
    input: url ?? '',
    input_format: url?.startsWith('rtmp') ? 'flv' : '',
    buffering_mb: 0,
    reconnect_delay_sec: 1,
    restart_on_activate: false,
    close_when_inactive: false,
    clear_on_media_end: true,
    hw_decode: false,
    // Start on what is there, and notice a sender that went quiet without a word.
    ffmpeg_options: url ? 'fflags=nobuffer analyzeduration=1500000 rw_timeout=4000000' : '',
  };
}

/** True when OBS already has these settings. */
export function sameSettings(
  present: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): boolean {
  // What OBS does not list is at its default: empty, and `clear_on_media_end` true.
  const absent: Readonly<Record<string, unknown>> = {
    input_format: '',
    ffmpeg_options: '',
    input: '',
    hw_decode: false,
    close_when_inactive: false,
    clear_on_media_end: true,
  };
  return Object.entries(wanted).every(([name, value]) => (present[name] ?? absent[name]) === value);
}

/** Plays `url` in `input` (null: blank). `restart` opens the address again even when it is the same. */
export async function setMediaInput(
  obs: ObsCaller,
  input: string,
  url: string | null,
  restart: boolean,
): Promise<void> {
  const wanted = mediaSettings(url);
  const present = await obs.call('GetInputSettings', { inputName: input });
  if (!sameSettings(present.inputSettings, wanted)) {
    if (url === null) {
      // Emptying the address alone leaves the last picture standing, as if it were live: stop it first.
      await obs.call('TriggerMediaInputAction', {
        inputName: input,
        mediaAction: 'OBS_WEBSOCKET_MEDIA_INPUT_ACTION_STOP',
      });
    }
    await obs.call('SetInputSettings', { inputName: input, inputSettings: wanted, overlay: true });
    return;
  }
  if (restart && url !== null) {
    await obs.call('TriggerMediaInputAction', {
      inputName: input,
      mediaAction: 'OBS_WEBSOCKET_MEDIA_INPUT_ACTION_RESTART',
    });
  }
}
