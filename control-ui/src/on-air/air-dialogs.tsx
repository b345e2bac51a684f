// Before going on the air and before leaving it: exactly what will happen.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';

interface DialogProps {
  readonly onClose: () => void;
}

/** Which outputs will start, what goes out first, and the button that does it. */
export function GoLive({ onClose }: DialogProps): ReactNode {
  const { t } = useTranslation();
  const go = useCommand('air.goLive');
  const off = useOff();
  const outputs = useSlice((s) => s.outputs);
  const program = useSlice((s) => s.switcher.program);
  const connection = useSlice((s) => s.switcher.connection);
  const all = Object.entries(outputs);
  const starting = all.filter(([, output]) => output.withAir);
  const staying = all.filter(([, output]) => !output.withAir);
  return (
    <Dialog
      title={t('goLive.title')}
      onClose={onClose}
      actions={
        <>
          <Press onPress={onClose}>{t('do.cancel')}</Press>
          <Press
            className="strong"
            testId="go-live-confirm"
            off={off}
            pending={go.pending}
            problem={go.problem}
            onDismiss={go.dismiss}
            onPress={() => {
              void go.send({}).then((done) => done !== null && onClose());
            }}
          >
            {t('do.goLive')}
          </Press>
        </>
      }
    >
      <p>
        {connection === 'connected' && program !== null
          ? t('goLive.program', { scene: program })
          : t('goLive.noProgram')}
      </p>
      {starting.length === 0 ? (
        <p className="warn">{t('goLive.noOutputs')}</p>
      ) : (
        <>
          <p>{t('goLive.starting')}</p>
          <ul className="list">
            {starting.map(([id, output]) => (
              <li key={id}>{output.name}</li>
            ))}
          </ul>
        </>
      )}
      {staying.length > 0 && (
        <p className="muted">
          {t('goLive.staying', { names: staying.map(([, output]) => output.name).join(', ') })}
        </p>
      )}
    </Dialog>
  );
}

/** The other way to TERMINAR, for whoever cannot hold a button. */
export function StopAir({ onClose }: DialogProps): ReactNode {
  const { t } = useTranslation();
  const stop = useCommand('air.stop');
  const off = useOff();
  const outputs = useSlice((s) => s.outputs);
  const names = Object.values(outputs)
    .filter((output) => output.withAir && output.order === 'start')
    .map((output) => output.name);
  return (
    <Dialog
      title={t('stopAir.title')}
      onClose={onClose}
      actions={
        <>
          <Press className="strong" onPress={onClose}>
            {t('stopAir.stay')}
          </Press>
          <Press
            testId="stop-air-confirm"
            off={off}
            pending={stop.pending}
            problem={stop.problem}
            onDismiss={stop.dismiss}
            onPress={() => {
              void stop.send({}).then((done) => done !== null && onClose());
            }}
          >
            {t('do.stopAir')}
          </Press>
        </>
      }
    >
      <p>
        {names.length === 0
          ? t('stopAir.program')
          : t('stopAir.outputs', { names: names.join(', ') })}
      </p>
    </Dialog>
  );
}
