// The other way to stop one output, for whoever cannot hold a button.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../command.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { useSlice } from '../studio.tsx';

interface OutputStopProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** Asks before stopping one output; the others carry on. */
export function OutputStop({ id, onClose }: OutputStopProps): ReactNode {
  const { t } = useTranslation();
  const stop = useCommand('output.stop');
  const name = useSlice((s) => s.outputs[id]?.name) ?? '';
  return (
    <ConfirmDialog
      title={t('stopOutput.title', { name })}
      stay={t('do.cancel')}
      confirm={t('do.stop')}
      testId="stop-output-confirm"
      control={stop}
      onConfirm={() => stop.send({ id })}
      onClose={onClose}
    >
      <p>{t('stopOutput.others')}</p>
    </ConfirmDialog>
  );
}
