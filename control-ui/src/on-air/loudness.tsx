// Loudness of the program as sent (EBU R 128), under the picture it belongs to.
import { TriangleAlert } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { decimal } from '../format/numbers.ts';
import { useSlice } from '../studio.tsx';
import { useLocale } from '../words.ts';
import { loudnessScale, loudnessShare, peakLimitDb } from './health-face.ts';

interface BarProps {
  /** LUFS of the last 400 ms and of the last 3 s; null while not measured. */
  readonly momentary: number | null;
  readonly shortTerm: number | null;
}

/** Momentary as the bar, short-term as the mark, the zone people aim at drawn behind. */
function Bar({ momentary, shortTerm }: BarProps): ReactNode {
  const bar = useRef<HTMLSpanElement>(null);
  // The content policy allows no style attributes: positions are set on the element.
  useEffect(() => {
    const set = (name: string, share: number): void =>
      bar.current?.style.setProperty(name, String(share));
    set('--level', loudnessShare(momentary));
    set('--mark', loudnessShare(shortTerm));
    set('--zone-low', loudnessShare(loudnessScale.zoneLow));
    set('--zone-high', loudnessShare(loudnessScale.zoneHigh));
  }, [momentary, shortTerm]);
  return (
    <span ref={bar} className="loudness-bar" data-measured={momentary !== null} aria-hidden>
      <span className="loudness-zone" />
      <span className="loudness-level" />
      <span className="loudness-mark" />
    </span>
  );
}

/** The bar and its figures; "sin medir" where there is none. */
export function Loudness(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const health = useSlice((s) => s.air.health);
  const short = health?.shortTermLufs ?? null;
  const integrated = health?.integratedLufs ?? null;
  const peak = health?.truePeakDb ?? null;
  const figure = (value: number | null, unit: 'lufs' | 'peak'): string =>
    value === null
      ? t('health.unmeasured')
      : t(`health.${unit}`, { value: decimal(value, 1, locale) });
  if (short === null && integrated === null && peak === null) {
    return (
      <div className="loudness" data-testid="loudness" data-measured="false">
        <Bar momentary={null} shortTerm={null} />
        <span className="muted">{t('health.loudnessUnmeasured')}</span>
      </div>
    );
  }
  const over = peak !== null && peak > peakLimitDb;
  return (
    <div className="loudness" data-testid="loudness" data-measured="true" title={t('health.scale')}>
      <Bar momentary={health?.momentaryLufs ?? null} shortTerm={short} />
      <b className="figure">{figure(short, 'lufs')}</b>
      <span className="figure">
        <abbr title={t('health.integrated')}>{t('health.integratedShort')}</abbr>{' '}
        {figure(integrated, 'lufs')}
      </span>
      <span className={over ? 'figure peak-over' : 'figure'} data-testid="true-peak">
        {over && <TriangleAlert aria-hidden size={14} />}
        <abbr title={t('health.truePeak')}>{t('health.peakShort')}</abbr> {figure(peak, 'peak')}
      </span>
    </div>
  );
}
