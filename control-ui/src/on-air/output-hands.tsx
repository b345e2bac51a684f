// What a hand may do with an output now: start it, stop it, or decide about one that gave way to the others.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../server/contract/outputs.ts';
import { answerOf, useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { Hold } from '../parts/hold.tsx';
import { Press } from '../parts/press.tsx';
import { useDialogs } from './open-dialog.ts';
import { outputHand } from './output-face.ts';

interface OutputProps {
  readonly id: string;
  readonly output: Output;
}

interface HandsProps extends OutputProps {
  /** The air is ordered live. */
  readonly onAir: boolean;
}

const startWords = {
  start: { press: 'do.start', label: 'outputs.start' },
  join: { press: 'outputs.join', label: 'outputs.joinLabel' },
  again: { press: 'outputs.again', label: 'outputs.againLabel' },
} as const;

function Start({ id, output, how }: StartProps): ReactNode {
  const { t } = useTranslation();
  const start = useCommand('output.start');
  const off = useOff();
  const words = startWords[how];
  return (
    <Press
      className="compact"
      testId={`start-${id}`}
      label={t(words.label, { name: output.name })}
      hint={how === 'again' ? t('outputs.againHint') : undefined}
      off={off}
      {...answerOf(start)}
      onPress={() => void start.send({ id })}
    >
      {t(words.press)}
    </Press>
  );
}

interface StartProps extends OutputProps {
  readonly how: keyof typeof startWords;
}

function Stop({ id, output }: OutputProps): ReactNode {
  const { t } = useTranslation();
  const dialogs = useDialogs();
  const stop = useCommand('output.stop');
  const off = useOff();
  return (
    <Hold
      className="compact"
      testId={`stop-${id}`}
      label={t('outputs.stop', { name: output.name })}
      off={off}
      {...answerOf(stop)}
      onHeld={() => void stop.send({ id })}
      onBrief={() => dialogs.open({ kind: 'stopOutput', id })}
    >
      {t('do.stop')}
    </Hold>
  );
}

/** The row's one button. */
export function OutputHands({ id, output, onAir }: HandsProps): ReactNode {
  const hand = outputHand(output, onAir);
  return hand === 'stop' ? (
    <Stop id={id} output={output} />
  ) : (
    <Start id={id} output={output} how={hand} />
  );
}

/** Leaves one that gave way stopped: nobody receives it now, so that one press is enough. */
export function GiveUp({ id, output }: OutputProps): ReactNode {
  const { t } = useTranslation();
  const stop = useCommand('output.stop');
  const off = useOff();
  return (
    <Press
      className="compact plain"
      testId={`give-up-${id}`}
      label={t('outputs.giveUpLabel', { name: output.name })}
      hint={t('outputs.giveUpHint')}
      off={off}
      {...answerOf(stop)}
      onPress={() => void stop.send({ id })}
    >
      {t('outputs.giveUp')}
    </Press>
  );
}
