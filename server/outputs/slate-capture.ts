// What to do next so that air has a slate captured from OBS's own encoder before anybody watches. Pure.
import type { AirReport } from '../contract/air-link.ts';
import type { Words } from '../core/errors.ts';

/** Everything the decision needs, while going live waits; times in monotonic ms. */
export interface CaptureFacts {
  /** Until the outputs start whatever happened. */
  readonly leftMs: number;
  readonly obsConnected: boolean;
  readonly program: string | null;
  /** OBS's scene for the slate; null while OBS has none. */
  readonly slateScene: string | null;
  readonly capture: AirReport['capture'];
  readonly slate: AirReport['slate'];
  /** For how long the program has been arriving at air; null while it is not. */
  readonly arrivingMs: number | null;
  /** How long it has been waited for, in all. */
  readonly waitedMs: number;
  /** Whether the last program heard of had a captured slate: today's most likely has it too. */
  readonly likely: boolean;
  /** Whether air said of this program that it wants one. */
  readonly wanted: boolean;
  /** Whether OBS's slate scene was put on for this. */
  readonly shown: boolean;
  /** Somebody asked for a scene meanwhile, or put air's own slate on. */
  readonly yielded: boolean;
}

/** `show`: put OBS's slate scene on. `end`: give the scene back and let the outputs start. */
export type CaptureStep =
  | { readonly act: 'wait' }
  | { readonly act: 'show' }
  | { readonly act: 'end'; readonly captured: boolean; readonly why: Words };

/** Giving the scene back takes this long, a transition of the last frame included. */
export const restoreMs = 800;
/** With less left than a lead, two groups of pictures and their second it is not worth disturbing OBS. */
const worthMs = 6500;
/** Air judges a program's headers within this of its arrival. */
const judgedMs = 900;
/** OBS needs this long at most to begin; without a program there is nothing to capture. */
const beginMs = 5000;

const wait: CaptureStep = { act: 'wait' };

function end(captured: boolean, es: string, en: string): CaptureStep {
  return { act: 'end', captured, why: { es, en } };
}

/** The next step. Never one against a person; never past the deadline. */
export function captureStep(f: CaptureFacts): CaptureStep {
  if (!f.obsConnected || f.slateScene === null) {
    return end(false, 'OBS dejó de responder.', 'OBS no longer answers.');
  }
  if (f.yielded) {
    return end(
      f.slate === 'captured',
      'Alguien tomó el mando de la escena.',
      'Somebody took over the scene.',
    );
  }
  const judged = f.arrivingMs !== null && (f.wanted || f.arrivingMs >= judgedMs);
  if (judged && f.capture === 'idle') {
    return f.slate === 'captured'
      ? end(true, '«Ya regresamos» quedó tomado de OBS.', 'The captured slate is ready.')
      : end(
          false,
          'El proceso de emisión no pide capturarla.',
          'The air process does not ask for one.',
        );
  }
  if (f.leftMs <= restoreMs) {
    return end(
      false,
      f.arrivingMs === null ? 'OBS no empezó a transmitir a tiempo.' : 'No alcanzó el tiempo.',
      f.arrivingMs === null ? 'OBS did not begin to stream in time.' : 'There was not enough time.',
    );
  }
  if (f.arrivingMs === null && f.waitedMs > beginMs) {
    return end(
      false,
      'OBS no empezó a transmitir a tiempo.',
      'OBS did not begin to stream in time.',
    );
  }
  // Before the stream begins its first picture can already be the slate's: nothing is lost by showing it.
  const due = f.arrivingMs === null ? !f.likely : f.capture !== 'idle';
  if (!due || f.shown || f.program === f.slateScene) return wait;
  if (f.leftMs < worthMs) {
    return end(false, 'No alcanzaba el tiempo.', 'There was not enough time.');
  }
  return { act: 'show' };
}

/** What going live would disturb or find; judged once, before anything is ordered. */
export interface PrepareFacts extends Pick<
  CaptureFacts,
  'obsConnected' | 'program' | 'slateScene' | 'capture' | 'slate'
> {
  readonly arriving: boolean;
  /** Air's contract; captures began with 2. */
  readonly contract: number | null;
  /** The encoder profile sends everything through one encoder of air's. */
  readonly alwaysEncode: boolean;
  /** Whether anything is ordered to run already: somebody may be watching or listening. */
  readonly running: boolean;
  /** A person put air's own slate on. */
  readonly forced: boolean;
}

/** Whether going live should wait for a slate to be captured (or to be seen as there already). */
export function shouldPrepare(f: PrepareFacts): boolean {
  if (f.running || f.forced || f.alwaysEncode || (f.contract ?? 0) < 2) return false;
  if (!f.obsConnected || f.slateScene === null || f.program === null) return false;
  return !(f.arriving && f.capture === 'idle' && f.slate === 'captured');
}
