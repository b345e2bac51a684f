// The scene buttons: live thumbnail, tally in frame and word, one press puts it in preview.
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../parts/press.tsx';
import { isOut, tallyOf } from '../state/tally.ts';
import { useSlice } from '../studio.tsx';
import { useSwitching } from './switching.tsx';
import { SceneThumbnail } from './thumbnail.tsx';

interface SceneButtonProps {
  readonly name: string;
  readonly index: number;
  readonly pictures: boolean;
  readonly asked: boolean;
  readonly onAsk: (scene: string) => void;
}

function SceneButton({ name, index, pictures, asked, onAsk }: SceneButtonProps): ReactNode {
  const { t } = useTranslation();
  const switcher = useSlice((s) => s.switcher);
  const out = useSlice((s) => isOut(s.air));
  const { offPreview } = useSwitching();
  const tally = tallyOf(name, switcher);
  return (
    <button
      type="button"
      className="scene"
      data-testid={`scene-${name}`}
      data-program={tally.program && out}
      data-selected={tally.program}
      data-preview={tally.preview}
      aria-disabled={offPreview !== null}
      aria-busy={asked}
      title={offPreview ?? undefined}
      onClick={() => onAsk(name)}
    >
      <span className="scene-label">
        {index < 9 && <kbd>{index + 1}</kbd>}
        <span className="scene-title">{name}</span>
      </span>
      {pictures && <SceneThumbnail scene={name} label="" freshMs={4500} />}
      <span className="tallies">
        {tally.program && (
          <span className="tally tally-program">{t(out ? 'tally.onAir' : 'tally.program')}</span>
        )}
        {tally.preview && <span className="tally tally-preview">{t('tally.preview')}</span>}
      </span>
    </button>
  );
}

/** All scenes; `pictures` off on the phone. */
export function Scenes({ pictures = true }: { readonly pictures?: boolean }): ReactNode {
  const { t } = useTranslation();
  const scenes = useSlice((s) => s.switcher.scenes);
  const { preview, doPreview, offPreview } = useSwitching();
  const [asked, setAsked] = useState<string | null>(null);
  const ask = (scene: string): void => {
    setAsked(scene);
    doPreview(scene);
  };
  return (
    <section
      className="scenes-place press-place"
      aria-label={t('scenes.title')}
      onBlur={() => setAsked(null)}
    >
      {scenes.length === 0 ? (
        <p className="empty">{t('scenes.none')}</p>
      ) : (
        <div className="scenes" data-count={Math.min(scenes.length, 18)}>
          {scenes.map(({ name, uuid }, index) => (
            <SceneButton
              key={uuid ?? name}
              name={name}
              index={index}
              pictures={pictures}
              asked={preview.pending && asked === name}
              onAsk={ask}
            />
          ))}
        </div>
      )}
      {asked !== null && offPreview !== null && (
        <span className="note" role="status">
          {offPreview}
        </span>
      )}
      {preview.problem && <ProblemNote problem={preview.problem} onDismiss={preview.dismiss} />}
    </section>
  );
}
