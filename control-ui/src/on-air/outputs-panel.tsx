// SALIDAS: does everybody receive it, and does it fit?
import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../off.ts';
import { Panel } from '../parts/panel.tsx';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';
import { useDialogs } from './open-dialog.ts';
import { OutputRow } from './output-row.tsx';
import { Unfresh } from './unfresh.tsx';
import { UplinkBar } from './uplink-bar.tsx';

/** Every output with what it is doing, under the uplink they share. */
export function OutputsPanel(): ReactNode {
  const { t } = useTranslation();
  const dialogs = useDialogs();
  const outputs = useSlice((s) => s.outputs);
  const connected = useSlice((s) => s.air.connected);
  const off = useOff();
  const ids = Object.keys(outputs);
  return (
    <Panel
      title={t('outputs.title')}
      className="outputs-panel"
      aside={
        <>
          <Unfresh />
          <Press
            className="compact plain"
            testId="add-output"
            off={off}
            onPress={() => dialogs.open({ kind: 'addOutput' })}
          >
            <Plus aria-hidden size={16} /> {t('do.add')}
          </Press>
        </>
      }
    >
      {ids.length === 0 ? (
        <p className="empty">{t('outputs.none')}</p>
      ) : (
        <>
          <UplinkBar />
          <ul className="rows" data-unfresh={!connected}>
            {ids.map((id) => (
              <OutputRow key={id} id={id} />
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
