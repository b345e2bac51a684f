// The other way to stop one output, for whoever cannot hold a button.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../command.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';

/** Asks before stopping one output; the others carry on. */
export function OutputStop({
  id,
  onClose,
}: {
  readonly id: string;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const stop = useCommand('output.stop');
  const name = useSlice((s) => s.outputs[id]?.name) ?? '';
  return (
    <Dialog
      title={t('stopOutput.title', { name })}
      onClose={onClose}
      actions={
        <>
          <Press className="strong" onPress={onClose}>
            {t('do.cancel')}
          </Press>
          <Press
            testId="stop-output-confirm"
            pending={stop.pending}
            problem={stop.problem}
            onDismiss={stop.dismiss}
            onPress={() => {
              void stop.send({ id }).then((done) => done !== null && onClose());
            }}
          >
            {t('do.stop')}
          </Press>
        </>
      }
    >
      <p>{t('stopOutput.others')}</p>
    </Dialog>
  );
}
