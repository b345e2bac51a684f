// The keys, and what the colours mean, on one small card.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../parts/dialog.tsx';

/** Opened with the key "?" or from the menu. */
export function Help({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Dialog title={t('help.title')} onClose={onClose}>
      <dl className="help">
        <dt>
          <kbd>{t('key.space')}</kbd>
        </dt>
        <dd>{t('help.take')}</dd>
        <dt>
          <kbd>1</kbd>–<kbd>9</kbd>
        </dt>
        <dd>{t('help.preview')}</dd>
        <dt>
          <kbd>F9</kbd>
        </dt>
        <dd>{t('help.panic')}</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>{t('help.help')}</dd>
        <dt>
          <span className="tally tally-program">{t('tally.onAir')}</span>
        </dt>
        <dd>{t('help.program')}</dd>
        <dt>
          <span className="tally tally-preview">{t('tally.preview')}</span>
        </dt>
        <dd>{t('help.inPreview')}</dd>
      </dl>
      <p className="muted">{t('help.hold')}</p>
    </Dialog>
  );
}
