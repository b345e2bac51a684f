// PREVIO: what comes next, in green.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSlice } from '../studio.tsx';
import { lowerThirds } from './lower-third-text.ts';
import { ObsAway } from './obs-away.tsx';
import { SceneThumbnail } from './thumbnail.tsx';

/** What the scene in preview will show: its titles are in the picture, and a lower third only with words. */
function PreviewFacts(): ReactNode {
  const preview = useSlice((s) => s.switcher.preview);
  const scenes = useSlice((s) => s.switcher.scenes);
  const texts = useSlice((s) => s.switcher.texts);
  const items = scenes.find(({ name }) => name === preview)?.items ?? [];
  const words = new Map(lowerThirds(texts).map(({ name, text }) => [name, text.trim()]));
  const others = new Set(texts.map(({ name }) => name));
  const shown = items.flatMap(({ enabled, source }) => {
    if (!enabled) return [];
    const text = words.get(source);
    if (text !== undefined) return text === '' ? [] : [`${source}: ${text}`];
    return others.has(source) ? [] : [source];
  });
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
        {connection === 'connected' && preview === null && (
          <p className="picture-note picture-hint">{t('picture.noPreview')}</p>
        )}
        <ObsAway />
      </div>
      <footer className="monitor-foot">
        <PreviewFacts />
      </footer>
    </section>
  );
}
