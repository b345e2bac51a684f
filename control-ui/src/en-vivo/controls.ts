// Play, sound, captions, full screen: by pointer, touch and keyboard.
import { element, mark } from './dom.ts';
import type { Words } from './words.ts';

export interface Controls {
  /** Writes names and states anew. */
  draw(words: Words): void;
}

/** The controls of `video`; full screen shows the whole `stage`. */
export function createControls(
  video: HTMLVideoElement,
  stage: HTMLElement,
  redraw: () => void,
): Controls {
  const play = element('play', HTMLButtonElement);
  const mute = element('mute', HTMLButtonElement);
  const sound = element('sound', HTMLButtonElement);
  const volume = element('volume', HTMLInputElement);
  const captions = element('captions', HTMLButtonElement);
  const full = element('full', HTMLButtonElement);

  const toggles: Readonly<Record<string, () => void>> = {
    k: togglePlay,
    ' ': togglePlay,
    m: () => setMuted(!video.muted),
    f: toggleFull,
    c: toggleCaptions,
  };

  function togglePlay(): void {
    if (video.paused) void video.play().catch(() => undefined);
    else video.pause();
  }

  function setMuted(muted: boolean): void {
    video.muted = muted;
    if (!muted && video.volume === 0) video.volume = 1;
    if (!muted && video.paused) void video.play().catch(() => undefined);
  }

  function toggleFull(): void {
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    else if (stage.requestFullscreen) void stage.requestFullscreen().catch(() => undefined);
    // iPhones only know the video itself.
    else (video as { webkitEnterFullscreen?: () => void }).webkitEnterFullscreen?.();
  }

  function tracks(): TextTrack[] {
    return [...video.textTracks].filter((t) => t.kind === 'captions' || t.kind === 'subtitles');
  }

  function toggleCaptions(): void {
    const shown = tracks().some((t) => t.mode === 'showing');
    tracks().forEach((track, i) => {
      track.mode = !shown && i === 0 ? 'showing' : 'hidden';
    });
    redraw();
  }

  play.addEventListener('click', togglePlay);
  mute.addEventListener('click', () => setMuted(!video.muted));
  sound.addEventListener('click', () => {
    setMuted(false);
    // The button goes away: the focus stays with the sound.
    mute.focus({ preventScroll: true });
  });
  captions.addEventListener('click', toggleCaptions);
  full.addEventListener('click', toggleFull);
  video.addEventListener('click', togglePlay);
  video.addEventListener('dblclick', toggleFull);
  volume.addEventListener('input', () => {
    video.volume = volume.valueAsNumber;
    video.muted = video.volume === 0;
  });
  for (const event of ['play', 'pause', 'volumechange']) video.addEventListener(event, redraw);
  video.textTracks.addEventListener('addtrack', redraw);
  video.textTracks.addEventListener('removetrack', redraw);
  document.addEventListener('fullscreenchange', redraw);
  document.addEventListener('keydown', (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
    const elsewhere = event.target instanceof Element && event.target.closest('button, a, input');
    // A control with the focus keeps its own keys.
    if (!plain || (elsewhere && event.key === ' ')) return;
    const act = toggles[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
  hideWhenIdle(stage);

  return {
    draw({ say }) {
      const name = (button: HTMLElement, text: string): void => {
        mark(button, 'aria-label', text);
        mark(button, 'title', text);
      };
      const silent = video.muted || video.volume === 0;
      const shown = tracks().some((t) => t.mode === 'showing');
      name(play, say(video.paused ? 'play' : 'pause'));
      name(mute, say(silent ? 'unmute' : 'mute'));
      name(captions, say(shown ? 'captionsOff' : 'captionsOn'));
      name(full, say(document.fullscreenElement ? 'fullOff' : 'full'));
      mark(volume, 'aria-label', say('volume'));
      mark(play, 'data-state', video.paused ? 'paused' : 'playing');
      mark(mute, 'data-state', silent ? 'muted' : 'loud');
      captions.setAttribute('aria-pressed', String(shown));
      captions.hidden = tracks().length === 0;
      volume.value = String(silent ? 0 : video.volume);
    },
  };
}

const idleMs = 3000;

/** In full screen the bar leaves the picture alone while nobody does anything. */
function hideWhenIdle(stage: HTMLElement): void {
  let timer = 0;
  const wake = (): void => {
    delete stage.dataset['idle'];
    window.clearTimeout(timer);
    timer = window.setTimeout(() => (stage.dataset['idle'] = ''), idleMs);
  };
  for (const event of ['pointermove', 'pointerdown', 'keydown', 'focusin']) {
    stage.addEventListener(event, wake);
  }
  document.addEventListener('fullscreenchange', wake);
}
