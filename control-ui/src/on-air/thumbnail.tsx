// A scene's live thumbnail, drawn straight into the element; dimmed with its age when it is not fresh.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '../format/times.ts';
import { useSecond, useSlice, useStudio } from '../studio.tsx';

interface ThumbnailProps {
  readonly scene: string;
  readonly label: string;
  /** A picture older than this is not "now": scenes on a button are captured less often. */
  readonly freshMs?: number;
}

/** The picture, its age when stale, or "sin señal". */
export function SceneThumbnail({ scene, label, freshMs = 2000 }: ThumbnailProps): ReactNode {
  const { t } = useTranslation();
  const { signals } = useStudio();
  const image = useRef<HTMLImageElement>(null);
  const [seen, setSeen] = useState(() => signals.thumbnail(scene) !== undefined);
  const connected = useSlice((s) => s.switcher.connection === 'connected');

  useEffect(() => {
    const draw = (): void => {
      const picture = signals.thumbnail(scene);
      if (image.current && picture) image.current.src = picture.url;
      setSeen(picture !== undefined);
    };
    draw();
    return signals.onThumbnail((changed) => {
      if (changed === scene) draw();
    });
  }, [signals, scene]);

  const now = useSecond();
  const age = now - (signals.thumbnail(scene)?.at ?? now);
  const stale = seen && (age > freshMs || !connected);
  return (
    <div className="thumbnail" data-stale={stale} data-seen={seen}>
      <img ref={image} alt={label} />
      {!seen && <span className="picture-note">{t('picture.none')}</span>}
      {stale && (
        <span className="picture-age">{t('ago', { age: duration(Math.max(age, 0)) })}</span>
      )}
    </div>
  );
}
