// Tells assistive tools of what changes on the air and of new alarms; nothing to see.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSlice } from '../studio.tsx';
import { useWords } from '../words.ts';
import { airFace } from './air-state.ts';
import { useAlarms } from './alarm-line.tsx';

/** Two live regions: calm for the air and the program, urgent for the first alarm not seen. */
export function Announcer(): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const face = useSlice((s) => airFace(s.air, s.outputs));
  const feeding = useSlice((s) => s.air.feeding);
  const program = useSlice((s) => s.switcher.program);
  const alarm = useAlarms()[0];
  const urgent = alarm && alarm.seenBy === null ? words(alarm) : '';
  return (
    <div className="unseen">
      <p aria-live="polite">
        {t(`air.${face}`)}. {feeding !== 'off' && `${t(`feeding.${feeding}`)}. `}
        {program === null ? '' : t('picture.program', { scene: program })}
      </p>
      <p aria-live="assertive">{urgent}</p>
    </div>
  );
}
