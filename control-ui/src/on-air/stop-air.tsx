// The other way to TERMINAR, for whoever cannot hold a button.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../command.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { useSlice } from '../studio.tsx';

/** Says who stops receiving, and asks. */
export function StopAir({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const stop = useCommand('air.stop');
  const outputs = useSlice((s) => s.outputs);
  const names = Object.values(outputs)
    .filter((output) => output.withAir && output.order === 'start')
    .map((output) => output.name);
  return (
    <ConfirmDialog
      title={t('stopAir.title')}
      stay={t('stopAir.stay')}
      confirm={t('do.stopAir')}
      testId="stop-air-confirm"
      control={stop}
      onConfirm={() => stop.send({})}
      onClose={onClose}
    >
      <p>
        {names.length === 0
          ? t('stopAir.program')
          : t('stopAir.outputs', { names: names.join(', ') })}
      </p>
    </ConfirmDialog>
  );
}
