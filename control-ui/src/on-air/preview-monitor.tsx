// PREVIO: what comes next, in green.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSlice } from '../studio.tsx';
import { ObsAway } from './obs-away.tsx';
import { SceneThumbnail } from './thumbnail.tsx';

/** What the scene in preview will show. */
function PreviewFacts(): ReactNode {
  const preview = useSlice((s) => s.switcher.preview);
  const scenes = useSlice((s) => s.switcher.scenes);
  const items = scenes.find(({ name }) => name === preview)?.items ?? [];
  const shown = items.filter(({ enabled }) => enabled).map(({ source }) => source);
  return <span className="facts facts-long">{shown.join(' · ')}</span>;
}

/** The monitor. */
export function PreviewMonitor(): ReactNode {
  const { t } = useTranslation();
  const preview = useSlice((s) => s.switcher.preview);
  const connection = useSlice((s) => s.switcher.connection);
  const live = connection === 'connected' && preview !== null;
  return (
    <section className="monitor" data-tally={live ? 'preview' : 'none'} aria-label={t('preview')}>
      <header className="monitor-head">
        <h2>{t('preview')}</h2>
        <span className="scene-name" data-testid="preview-name">
          {preview ?? t('none')}
        </span>
      </header>
      <div className="picture">
        {preview !== null && (
          <SceneThumbnail
            key={preview}
            scene={preview}
            label={t('picture.preview', { scene: preview })}
          />
        )}
        <ObsAway />
      </div>
      <footer className="monitor-foot">
        <PreviewFacts />
      </footer>
    </section>
  );
}
