// Ver: every alarm with what to do, and how each part of the studio is.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PartName } from '../../../server/contract/station.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useSlice } from '../studio.tsx';
import { useActor, useWords } from '../words.ts';
import { Acknowledge, AlarmAge, useAlarms } from './alarm-line.tsx';
import { ShapeMark } from '../parts/shape-mark.tsx';

const partShape = {
  ok: 'full',
  starting: 'half',
  warn: 'warning',
  down: 'warning',
  off: 'empty',
} as const;

function Parts(): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const parts = useSlice((s) => s.parts);
  return (
    <>
      <h3>{t('parts.title')}</h3>
      <ul className="rows">
        {Object.entries(parts).map(([name, part]) => (
          <li key={name} className="part">
            <ShapeMark shape={partShape[part.state]} />
            <span>
              <b>{t(`parts.name.${name as PartName}`)}</b>
              <small>{words(part)}</small>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The dialog of the alarm line. */
export function AlarmList({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const actor = useActor();
  const alarms = useAlarms();
  return (
    <Dialog title={t('alarm.title')} onClose={onClose} wide>
      {alarms.length === 0 && <p className="muted">{t('alarm.none')}</p>}
      <ul className="rows">
        {alarms.map((alarm) => (
          <li key={alarm.id} className="alarm-row">
            <ShapeMark shape={alarm.clearedAt === null ? 'warning' : 'empty'} />
            <span>
              <b>{words(alarm)}</b> <AlarmAge alarm={alarm} />
              <small>{words({ text: alarm.advice, textEn: alarm.adviceEn })}</small>
            </span>
            {alarm.seenBy === null ? (
              <Acknowledge alarm={alarm} />
            ) : (
              <small className="muted">{t('alarm.seenBy', { by: actor(alarm.seenBy) })}</small>
            )}
          </li>
        ))}
      </ul>
      <Parts />
    </Dialog>
  );
}
