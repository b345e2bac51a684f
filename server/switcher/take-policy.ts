// When a take may happen: the world is still as its sender saw it, and the last take is long enough ago.
import { StudioError } from '../core/errors.ts';
import { programMoved } from './words.ts';

/** The shortest time between two takes, ms: a double press is one take. */
const takeSpanMs = 1000;

/** What a take is judged by. `mono` and `lastTakeAt` in monotonic ms, `now` in epoch ms. */
export interface TakeQuestion {
  readonly expectProgram: string;
  readonly program: string | null;
  readonly preview: string | null;
  readonly lastTakeAt: number | null;
  /** Monotonic ms until which OBS cannot start another transition; null when it can. */
  readonly busyUntil: number | null;
  readonly mono: number;
  readonly now: number;
}

/** The scene to put on air; throws `conflict`, `rateLimited` or `notFound`, in that order. */
export function judgeTake(q: TakeQuestion): string {
  if (q.program !== q.expectProgram) throw programMoved(q.program);
  const free = Math.max(q.lastTakeAt === null ? 0 : q.lastTakeAt + takeSpanMs, q.busyUntil ?? 0);
  if (q.mono < free) throw tooSoon(q.now + Math.ceil(free - q.mono));
  if (q.preview === null) {
    throw new StudioError('notFound', {
      es: 'No hay escena en previo. Ponga una y tome otra vez.',
      en: 'There is no scene in preview. Put one there and take again.',
    });
  }
  return q.preview;
}

function tooSoon(retryAt: number): StudioError {
  return new StudioError(
    'rateLimited',
    {
      es: 'La toma anterior acaba de hacerse. Espere un segundo.',
      en: 'The last take was just made. Wait a second.',
    },
    { context: { retryAt } },
  );
}
