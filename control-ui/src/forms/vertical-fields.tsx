// How the picture of 16:9 becomes one of 9:16, seen on the program itself.
import { NativeSelect } from '@mantine/core';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { VerticalSettings } from '../../../server/contract/outputs.ts';
import { bitrate } from '../format/numbers.ts';
import { SceneThumbnail } from '../on-air/thumbnail.tsx';
import { useSlice } from '../studio.tsx';
import { useLocale } from '../words.ts';
import { Choice } from './choice.tsx';
import type { Mark } from './form-dialog.tsx';

interface VerticalProps {
  readonly settings: VerticalSettings;
  readonly mark: Mark;
  readonly onChange: (change: Partial<VerticalSettings>) => void;
}

/** What stays of the program's picture, with the rest dimmed. */
function Window({ focus }: { readonly focus: number }): ReactNode {
  const { t } = useTranslation();
  const ref = useRef<HTMLDivElement>(null);
  const program = useSlice((s) => s.switcher.program);
  useEffect(() => {
    ref.current?.style.setProperty('--focus', String(focus));
  }, [focus]);
  return (
    <div ref={ref} className="crop" aria-hidden>
      {program !== null && (
        <SceneThumbnail scene={program} label={t('picture.program', { scene: program })} />
      )}
      <span className="crop-window" />
    </div>
  );
}

/** Crop or blurred ground, where to look, how large and how fast. */
export function VerticalFields({ settings, mark, onChange }: VerticalProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const focusId = useId();
  const crop = settings.fit === 'crop';
  const focusWrong = mark('settings.focus');
  return (
    <>
      <NativeSelect
        label={t('outputForm.fit')}
        data-testid="output-fit"
        data={[
          { value: 'crop', label: t('outputForm.fitCrop') },
          { value: 'blur', label: t('outputForm.fitBlur') },
        ]}
        error={mark('settings.fit')}
        value={settings.fit}
        onChange={(event) =>
          onChange({ fit: event.currentTarget.value === 'blur' ? 'blur' : 'crop' })
        }
      />
      {crop && (
        <div className="focus-field">
          <label htmlFor={focusId}>{t('outputForm.focus')}</label>
          <Window focus={settings.focus} />
          <input
            id={focusId}
            type="range"
            min={0}
            max={1}
            step={0.05}
            data-testid="output-focus"
            aria-valuetext={t('outputForm.focusAt', { percent: Math.round(settings.focus * 100) })}
            value={settings.focus}
            onChange={(event) => onChange({ focus: Number(event.currentTarget.value) })}
          />
          {focusWrong !== null && <p className="warn">{focusWrong}</p>}
        </div>
      )}
      <Choice
        label={t('outputForm.width')}
        description={t('outputForm.widthHint')}
        testId="output-width"
        values={[720, 1080]}
        error={mark('settings.width')}
        value={settings.width}
        say={(width) => `${width}×${(width / 9) * 16}`}
        onChange={(width) => onChange({ width: width === 1080 ? 1080 : 720 })}
      />
      <Choice
        label={t('outputForm.videoRate')}
        testId="output-video-rate"
        values={[1000, 1500, 2000, 2500, 3000, 4000, 5000, 6000]}
        error={mark('settings.videoKbps')}
        value={settings.videoKbps}
        say={(kbps) => bitrate(kbps, locale)}
        onChange={(videoKbps) => onChange({ videoKbps })}
      />
    </>
  );
}
