// SUBIDA: what the outputs need of the uplink, part by part, against what it gives.
import { CircleCheck, CircleHelp, Pencil, TriangleAlert } from 'lucide-react';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { bitrate, megabits } from '../format/numbers.ts';
import { useSlice } from '../studio.tsx';
import { useLocale } from '../words.ts';
import { useDialogs } from './open-dialog.ts';
import {
  uplinkFace,
  uplinkParts,
  uplinkScale,
  type UplinkFace,
  type UplinkPart,
} from './uplink-face.ts';

/** Patterns of the parts, in order; the bar has more outputs than that only in theory. */
const patterns = 6;

/** Sets a share 0…1 as a CSS variable: the content policy allows no style attributes. */
function useShare<T extends HTMLElement>(name: string, share: number | null) {
  const ref = useRef<T>(null);
  useEffect(() => {
    ref.current?.style.setProperty(name, String(share ?? 0));
  }, [name, share]);
  return ref;
}

/** A swatch of the pattern of the part at `index`. */
export function Swatch({ index }: { readonly index: number }): ReactNode {
  return <span className="swatch" data-pattern={index % patterns} aria-hidden />;
}

function Part({ part, index, scale }: PartProps): ReactNode {
  const locale = useLocale();
  const ref = useShare<HTMLSpanElement>('--share', part.kbps / scale);
  return (
    <span
      ref={ref}
      className="uplink-part"
      data-pattern={index % patterns}
      data-shed={part.shed}
      title={`${part.name} · ${bitrate(part.kbps, locale)}`}
    >
      <span>{part.name}</span>
    </span>
  );
}

interface PartProps {
  readonly part: UplinkPart;
  readonly index: number;
  readonly scale: number;
}

/** The parts of the uplink, kept longest first. */
export function useUplinkParts(): readonly UplinkPart[] {
  const outputs = useSlice((s) => s.outputs);
  const airOrder = useSlice((s) => s.air.order);
  return useMemo(() => uplinkParts(outputs, airOrder), [outputs, airOrder]);
}

/** The stacked bar alone: parts, the limit as a line, what leaves now as a thin bar under it. */
export function UplinkStack(): ReactNode {
  const uplink = useSlice((s) => s.uplink);
  const parts = useUplinkParts();
  const scale = uplinkScale(uplink, parts);
  const usable = uplink.usableKbps;
  const limit = useShare<HTMLSpanElement>('--at', usable === null ? null : usable / scale);
  const sending = useShare<HTMLSpanElement>('--share', uplink.sendingKbps / scale);
  return (
    <div className="uplink-stack" aria-hidden>
      {parts.map((part, index) => (
        <Part key={part.id} part={part} index={index} scale={scale} />
      ))}
      <span ref={limit} className="uplink-limit" hidden={usable === null} />
      <span ref={sending} className="uplink-sending" />
    </div>
  );
}

const marks = { fits: CircleCheck, unknown: CircleHelp, short: TriangleAlert } as const;

/** Cabe, No cabe, Sin medir: a shape and a word. */
export function UplinkWord({ face }: { readonly face: UplinkFace }): ReactNode {
  const { t } = useTranslation();
  const Mark = marks[face];
  return (
    <b className={face === 'short' ? 'uplink-word warn' : 'uplink-word'}>
      <Mark aria-hidden size={18} /> {t(`uplink.${face}`)}
    </b>
  );
}

/** The line and the bar above the outputs. */
export function UplinkBar(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const dialogs = useDialogs();
  const uplink = useSlice((s) => s.uplink);
  const face = uplinkFace(uplink);
  const { usableKbps: usable } = uplink;
  const figures = { need: megabits(uplink.needKbps, locale) };
  return (
    <section
      className="uplink"
      aria-label={t('uplink.title')}
      data-testid="uplink"
      data-fits={String(uplink.fits)}
    >
      <h3>{t('uplink.title')}</h3>
      <UplinkWord face={face} />
      <span className="figure uplink-figures">
        {usable === null
          ? t('uplink.needs', figures)
          : t('uplink.needsOf', { ...figures, usable: megabits(usable, locale) })}
        {uplink.sendingKbps > 0 && (
          <span className="uplink-now">
            {' '}
            · {t('uplink.sending', { rate: megabits(uplink.sendingKbps, locale) })}
          </span>
        )}
      </span>
      <button
        type="button"
        className="press icon"
        aria-label={t('uplink.edit')}
        data-testid="uplink-edit"
        onClick={() => dialogs.open({ kind: 'uplink' })}
      >
        <Pencil aria-hidden size={16} />
      </button>
      <UplinkStack />
    </section>
  );
}
