// Audio meters, moved directly on their elements ten times a second so that React draws nothing.
import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Meters as Levels } from '../../../server/contract/socket.ts';
import { decimal, meterShare } from '../format/numbers.ts';
import { useSlice, useStudio } from '../studio.tsx';
import { useLocale } from '../words.ts';

/** At or above this peak, dBFS, sound is being clipped. */
const clipDb = -0.5;
const silence = -100;

interface Bar {
  readonly bar: RefObject<HTMLSpanElement | null>;
  readonly figure: RefObject<HTMLSpanElement | null>;
}

/** A bar and a figure that follow `peak` (dBFS, null when unknown) of the present levels. */
function useBar(peak: (levels: Levels) => number | null): Bar {
  const { signals } = useStudio();
  const locale = useLocale();
  const bar = useRef<HTMLSpanElement>(null);
  const figure = useRef<HTMLSpanElement>(null);
  const reader = useRef(peak);
  useEffect(() => {
    reader.current = peak;
  });
  useEffect(() => {
    const draw = (): void => {
      const db = reader.current(signals.meters());
      if (bar.current) {
        bar.current.style.setProperty('--level', String(db === null ? 0 : meterShare(db)));
        bar.current.dataset['clip'] = String(db !== null && db >= clipDb);
      }
      if (figure.current) {
        figure.current.textContent = db === null || db < -60 ? '' : decimal(db, 0, locale);
      }
    };
    draw();
    return signals.onMeters(draw);
  }, [signals, locale]);
  return { bar, figure };
}

/** One input's meter: the louder of its channels. */
export function InputMeter({ input }: { readonly input: string }): ReactNode {
  const { bar, figure } = useBar((levels) => {
    const peaks = levels[input];
    return peaks === undefined || peaks.length === 0 ? null : Math.max(...peaks);
  });
  return (
    <>
      <span ref={bar} className="meter" aria-hidden />
      <span ref={figure} className="figure meter-figure" aria-hidden />
    </>
  );
}

function MasterMeter({ channel, name }: { readonly channel: 0 | 1; name: string }): ReactNode {
  const inputs = useSlice((s) => s.switcher.inputs);
  const { bar } = useBar((levels) => {
    const peaks = inputs
      .filter((input) => !input.muted)
      .map((input) => levels[input.name])
      .filter((peak) => peak !== undefined && peak.length > 0)
      // A mono input is heard on both sides.
      .map((peak) => peak?.[channel] ?? peak?.[0] ?? silence);
    return peaks.length === 0 ? null : Math.max(...peaks);
  });
  return (
    <>
      <span className="meter-name">{name}</span>
      <span ref={bar} className="meter" />
    </>
  );
}

/** Left and right: the highest peak among the open inputs. */
export function MasterMeters(): ReactNode {
  const { t } = useTranslation();
  return (
    <div
      className="master-meters"
      role="img"
      aria-label={t('meters.label')}
      title={t('meters.label')}
    >
      <MasterMeter channel={0} name={t('meters.left')} />
      <MasterMeter channel={1} name={t('meters.right')} />
    </div>
  );
}
