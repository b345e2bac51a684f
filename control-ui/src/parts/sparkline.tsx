// The last minute of a bitrate as one small line.
import { useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { sparkPath } from '../state/history.ts';
import type { RateOf } from '../state/rates.ts';
import { useStudio } from '../studio.tsx';

const box = { width: 72, height: 24 };

interface SparklineProps {
  readonly of: RateOf;
  /** kb/s at the top of the box, unless more was seen. */
  readonly full: number;
}

/** The newest value is at the right. */
export function Sparkline({ of, full }: SparklineProps): ReactNode {
  const { t } = useTranslation();
  const { rates } = useStudio();
  const values = useSyncExternalStore(rates.subscribe, () => rates.history()[of]) ?? [];
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${box.width} ${box.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('minute')}
    >
      <path d={sparkPath(values, full, box.width, box.height)} />
    </svg>
  );
}
