// Everything about what goes out when OBS does not: the slate, who stands in, and the backup encoder.
import { lazy, Suspense, useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../command.ts';
import { bitrate } from '../format/numbers.ts';
import { useOff } from '../off.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ProblemNote } from '../parts/press.tsx';
import { ShapeMark } from '../parts/shape-mark.tsx';
import { useSlice } from '../studio.tsx';
import { useActor, useLocale } from '../words.ts';
import { useCover } from './continuity.tsx';
import { standIns, type StandIn } from './cover.ts';
import { SlateControl } from './slate-control.tsx';
import { streamWords } from './unit-face.ts';

// The QR code comes over the wire only for whoever wants the key.
const BackupKey = lazy(async () => ({
  default: (await import('../forms/backup-key.tsx')).BackupKey,
}));

function Now(): ReactNode {
  const { t } = useTranslation();
  const actor = useActor();
  const cover = useCover();
  const feeding = useSlice((s) => s.air.feeding);
  const forced = useSlice((s) => s.air.forced);
  return (
    <section className="continuity-part">
      <h3>{t('cover.now')}</h3>
      <p>
        <b>
          {feeding === 'bypass'
            ? t('picture.bypass', { name: cover.standIn?.name ?? t('backup.name') })
            : t(`cover.feeding.${feeding}`)}
        </b>{' '}
        {forced && t('slate.by', { by: actor(forced.by) })}
      </p>
      <p>
        <SlateControl testId="slate-dialog" />
      </p>
    </section>
  );
}

function Choice({ standIn, chosen, disabled, onChoose }: ChoiceProps): ReactNode {
  const { t } = useTranslation();
  const id = standIn?.id ?? null;
  const ready = standIn === null || standIn.ready;
  const missing = chosen && !ready && id !== 'backup';
  return (
    <label className="choice" data-testid={`bypass-${id ?? 'slate'}`}>
      <input
        type="radio"
        name="bypass"
        checked={chosen}
        disabled={disabled}
        onChange={() => onChoose(id)}
      />
      <span>
        {standIn === null ? t('cover.slate') : (standIn.name ?? t('backup.name'))}
        {standIn !== null && (
          <small className={missing ? 'warn' : 'muted'}>
            {t(ready ? 'cover.arrives' : chosen ? 'cover.away' : 'cover.notArriving')}
          </small>
        )}
      </span>
      {missing && <ShapeMark shape="warning" />}
    </label>
  );
}

interface ChoiceProps {
  readonly standIn: StandIn | null;
  readonly chosen: boolean;
  readonly disabled: boolean;
  readonly onChoose: (id: string | null) => void;
}

function Chooser(): ReactNode {
  const { t } = useTranslation();
  const air = useSlice((s) => s.air);
  const units = useSlice((s) => s.field.units);
  const slate = useSlice((s) => s.air.slate);
  const bypass = useCommand('air.bypass');
  const off = useOff();
  const titleId = useId();
  const all = standIns(air, units);
  const chosen = all.some(({ id }) => id === air.bypass) ? air.bypass : null;
  return (
    <section className="continuity-part" title={off ?? undefined}>
      <h3 id={titleId}>{t('cover.choose')}</h3>
      <div role="radiogroup" aria-labelledby={titleId} className="choices press-place">
        {[null, ...all].map((standIn) => (
          <Choice
            key={standIn?.id ?? ''}
            standIn={standIn}
            chosen={(standIn?.id ?? null) === chosen}
            disabled={off !== null || bypass.pending}
            onChoose={(source) => void bypass.send({ source })}
          />
        ))}
        {bypass.problem && <ProblemNote problem={bypass.problem} onDismiss={bypass.dismiss} />}
      </div>
      <p className="muted">
        {t('cover.ready')}: {t(`slate.kind.${slate}`)}. {t(`slate.why.${slate}`)}
      </p>
    </section>
  );
}

function Backup(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const backup = useSlice((s) => s.air.backup);
  return (
    <section className="continuity-part">
      <h3>{t('backup.name')}</h3>
      <p>
        <ShapeMark shape={backup ? 'full' : 'empty'} />{' '}
        {backup
          ? [streamWords(backup), bitrate(backup.bitrateKbps, locale)]
              .filter((words) => words !== '')
              .join(' · ')
          : t('backup.away')}
      </p>
      <p className="muted">{t('backup.why')}</p>
      <Suspense fallback={null}>
        <BackupKey />
      </Suspense>
    </section>
  );
}

/** The dialog of the status bar's continuity place. */
export function ContinuityDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Dialog title={t('cover.title')} wide onClose={onClose}>
      <Now />
      <Chooser />
      <Backup />
    </Dialog>
  );
}
