// What covers a monitor while OBS does not answer, and marks it while it answers late.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSlice } from '../studio.tsx';
import { useWords } from '../words.ts';

/** Nothing while OBS is there and well. */
export function ObsAway(): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const connection = useSlice((s) => s.switcher.connection);
  const problem = useSlice((s) => s.switcher.problem);
  if (connection === 'connected') {
    if (!problem) return null;
    return (
      <span className="picture-age" role="status" data-testid="obs-slow" title={words(problem)}>
        {t('obs.slow')}
      </span>
    );
  }
  return (
    <div className="picture-cover" role="status">
      <b>{t(`obs.${connection}`)}</b>
      {problem && <span>{words(problem)}</span>}
    </div>
  );
}
