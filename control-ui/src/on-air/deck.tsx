// The hands: cut, take, the transition, how loud it is, and Ya regresamos.
import { CloudOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, useCommand } from '../command.ts';
import { seconds } from '../format/numbers.ts';
import { useOff, useSwitcherOff } from '../off.ts';
import { Hold } from '../parts/hold.tsx';
import { Press, ProblemNote } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';
import { useLocale } from '../words.ts';
import { MasterMeters } from './meters.tsx';
import type { SlateFace } from './slate-face.ts';
import { useSwitching } from './switching.tsx';

/** TOMAR; says where the program is going while it mixes. On the phone it names the preview. */
export function Take({ byHand = false }: { readonly byHand?: boolean }): ReactNode {
  const { t } = useTranslation();
  const preview = useSlice((s) => s.switcher.preview);
  const { take, doTake, offTake } = useSwitching();
  const phase = useSlice((s) => s.switcher.transition.phase);
  const to = useSlice((s) => s.switcher.transition.to);
  const mixing = phase !== 'settled' && to !== null;
  return (
    <Press
      className="take"
      testId="take"
      off={offTake}
      pending={take.pending || mixing}
      problem={take.problem}
      onDismiss={take.dismiss}
      onPress={doTake}
    >
      <span className="take-word">{t('do.take')}</span>
      {mixing ? (
        <small>{t('take.mixing', { scene: to })}</small>
      ) : byHand ? (
        <small data-testid="preview-name">{preview ?? t('none')}</small>
      ) : (
        <small>{t('take.key')}</small>
      )}
    </Press>
  );
}

/** CORTE: the preview, at once. */
export function Cut(): ReactNode {
  const { t } = useTranslation();
  const { cut, doCut, offTake } = useSwitching();
  return (
    <Press className="cut" testId="cut" off={offTake} {...answerOf(cut)} onPress={doCut}>
      {t('do.cut')}
    </Press>
  );
}

/** YA REGRESAMOS, and the way back while it is on by hand: one press on the desk, a hold on the phone. */
export function Panic({ byHold = false }: { readonly byHold?: boolean }): ReactNode {
  const { slate } = useSwitching();
  return slate ? <SlateOff slate={slate} byHold={byHold} /> : <SlateOn byHold={byHold} />;
}

function SlateOn({ byHold }: PanicFace): ReactNode {
  const { t } = useTranslation();
  const { panic, doPanic, offPanic, panicBy } = useSwitching();
  const shared = {
    className: 'panic',
    testId: 'panic',
    off: offPanic,
    hint: t(`panic.${panicBy}`),
    ...answerOf(panic),
  };
  if (byHold) {
    return (
      <Hold {...shared} onHeld={doPanic} onBrief={() => undefined}>
        {t('do.panic')}
        <small>{t('hold.hint')}</small>
      </Hold>
    );
  }
  return (
    <Press {...shared} onPress={doPanic}>
      <CloudOff aria-hidden size={20} />
      {t('do.panic')}
      <kbd>F9</kbd>
    </Press>
  );
}

/** Quitar «Ya regresamos»: says what comes on, or why only a take leads out. */
function SlateOff({ slate, byHold }: PanicFace & { readonly slate: SlateFace }): ReactNode {
  const { t } = useTranslation();
  const { panic, doSlateOff } = useSwitching();
  const role = useOff();
  const { to, name } = slate.back;
  const back = t(`panic.back.${to}`, { name: name ?? '' });
  const shared = {
    className: 'panic panic-on',
    testId: 'panic-off',
    off: role ?? (slate.canTakeOff ? null : back),
    hint: t('panic.offHint'),
    ...answerOf(panic),
  };
  const words = (
    <>
      {t('slate.off')}
      {byHold && slate.canTakeOff && <small>{t('hold.hint')}</small>}
      <small className="panic-back">{back}</small>
    </>
  );
  if (!byHold) {
    return (
      <Press {...shared} onPress={doSlateOff}>
        {words}
      </Press>
    );
  }
  return (
    <Hold {...shared} onHeld={doSlateOff} onBrief={() => undefined}>
      {words}
    </Hold>
  );
}

interface PanicFace {
  readonly byHold: boolean;
}

const durations = [0, 200, 300, 500, 800, 1000, 1500, 2000, 3000];

/** The transition of the next take and how long it lasts, as OBS has them. */
export function Transition(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const { name, durationMs, available } = useSlice((s) => s.switcher.transition);
  const change = useCommand('switcher.transition');
  const off = useSwitcherOff();
  const choices = name === null || available.includes(name) ? available : [name, ...available];
  const lengths =
    durationMs === null || durations.includes(durationMs)
      ? durations
      : [...durations, durationMs].toSorted((a, b) => a - b);
  return (
    <div className="transition press-place">
      <select
        aria-label={t('transition.name')}
        data-testid="transition"
        disabled={off !== null || change.pending || choices.length === 0}
        title={off ?? undefined}
        value={name ?? ''}
        onChange={(event) => void change.send({ name: event.target.value })}
      >
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
      <select
        aria-label={t('transition.duration')}
        data-testid="transition-duration"
        disabled={off !== null || change.pending || durationMs === null || name === null}
        title={durationMs === null ? t('transition.fixed') : (off ?? undefined)}
        value={durationMs ?? ''}
        onChange={(event) =>
          name !== null && void change.send({ name, durationMs: Number(event.target.value) })
        }
      >
        {durationMs === null && <option value="">{t('none')}</option>}
        {lengths.map((ms) => (
          <option key={ms} value={ms}>
            {seconds(ms, locale)}
          </option>
        ))}
      </select>
      {change.problem && <ProblemNote problem={change.problem} onDismiss={change.dismiss} />}
    </div>
  );
}

/** The desk's row of controls under the monitors. */
export function Deck(): ReactNode {
  const { t } = useTranslation();
  return (
    <section className="deck" aria-label={t('deck')}>
      <Cut />
      <Take />
      <Transition />
      <MasterMeters />
      <Panic />
    </section>
  );
}
