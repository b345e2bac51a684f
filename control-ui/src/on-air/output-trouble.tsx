// What about an output needs a person: why it does not send, or that it sends badly.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../server/contract/outputs.ts';
import { decimal, seconds } from '../format/numbers.ts';
import { countdown } from '../format/times.ts';
import { useSecond } from '../studio.tsx';
import { useLocale, useWords } from '../words.ts';
import { droppedFrames, slowQueue } from './output-face.ts';
import { GiveUp } from './output-hands.tsx';

/** Silence of a radio output shorter than this is a breath, s. */
const silentSeconds = 3;

function RetryIn({ at }: { readonly at: number }): ReactNode {
  const { t } = useTranslation();
  const now = useSecond();
  return <b>{t('outputs.retry', { time: countdown(Math.max(0, at - now)) })}</b>;
}

interface TroubleProps {
  readonly id: string;
  readonly output: Output;
}

/** Lines under the row; nothing while all is well. */
export function OutputTrouble({ id, output }: TroubleProps): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const locale = useLocale();
  const silent = output.silentSeconds ?? 0;
  const queue = slowQueue(output);
  const dropped = droppedFrames(output);
  const frames = dropped && decimal(dropped.frames, 0, locale);
  const slow = [
    queue === null ? null : t('outputs.queue', { time: seconds(queue, locale) }),
    dropped?.now ? t('outputs.dropped', { frames }) : null,
  ].filter((line) => line !== null);
  return (
    <>
      {output.shed ? (
        <span className="output-problem output-shed">
          <span className="warn">{t('outputs.shedWhy')}</span>
          <GiveUp id={id} output={output} />
        </span>
      ) : (
        output.problem &&
        output.state !== 'idle' && (
          <span className="warn output-problem" title={output.problem.detail}>
            {words(output.problem)}{' '}
            {output.nextRetryAt !== null && <RetryIn at={output.nextRetryAt} />}
          </span>
        )
      )}
      {slow.length > 0 && <span className="warn output-problem">{slow.join(' ')}</span>}
      {dropped && !dropped.now && (
        <span className="muted output-problem">{t('outputs.droppedBefore', { frames })}</span>
      )}
      {silent >= silentSeconds && (
        <span className="warn output-problem">
          {t('outputs.silent', { seconds: decimal(silent, 0, locale) })}
        </span>
      )}
    </>
  );
}
