// Says how old the facts of outputs and units are while the air process does not answer.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '../format/times.ts';
import { useSecond, useSlice } from '../studio.tsx';

/** Nothing while air reports; else the age of its last report. */
export function Unfresh(): ReactNode {
  const { t } = useTranslation();
  const now = useSecond();
  const connected = useSlice((s) => s.air.connected);
  const reportedAt = useSlice((s) => s.air.reportedAt);
  if (connected || reportedAt === null) return null;
  return <span className="warn figure">{t('ago', { age: duration(now - reportedAt) })}</span>;
}
