// The bottom line: the one thing that is wrong and what to do about it; quiet key hints otherwise.
import { Check, TriangleAlert } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../../../server/contract/station.ts';
import { answerOf, useCommand } from '../command.ts';
import { duration } from '../format/times.ts';
import { useOff } from '../off.ts';
import { Press } from '../parts/press.tsx';
import { useSecond, useSlice } from '../studio.tsx';
import { useWords } from '../words.ts';
import { alarmsInOrder } from './alarm-order.ts';
import { useDialogs } from './open-dialog.ts';

/** How long ago it began, or that it is over. */
export function AlarmAge({ alarm }: { readonly alarm: Alarm }): ReactNode {
  const { t } = useTranslation();
  const now = useSecond();
  return (
    <span className="figure alarm-age">
      {alarm.clearedAt === null
        ? t('alarm.since', { age: duration(now - alarm.since) })
        : t('alarm.cleared', { age: duration(now - alarm.clearedAt) })}
    </span>
  );
}

/** Enterado: somebody saw it. */
export function Acknowledge({ alarm }: { readonly alarm: Alarm }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const acknowledge = useCommand('alarm.acknowledge');
  const off = useOff();
  return (
    <Press
      className="compact"
      testId="alarm-done"
      label={t('alarm.seenLabel', { alarm: words(alarm) })}
      off={off}
      {...answerOf(acknowledge)}
      onPress={() => void acknowledge.send({ id: alarm.id })}
    >
      <Check aria-hidden size={16} /> <span className="alarm-seen">{t('alarm.seen')}</span>
    </Press>
  );
}

/** The most pressing alarm, or null. */
export function useAlarms(): readonly Alarm[] {
  const alarms = useSlice((s) => s.alarms);
  return useMemo(() => alarmsInOrder(alarms), [alarms]);
}

function KeyHints(): ReactNode {
  const { t } = useTranslation();
  return (
    <p className="key-hints">
      <kbd>{t('key.space')}</kbd> {t('do.take')} · <kbd>1–9</kbd> {t('preview')} · <kbd>F9</kbd>{' '}
      {t('do.panic')} · <kbd>?</kbd> {t('menu.help')}
    </p>
  );
}

/** The line itself; its place never moves. */
export function AlarmLine({ hints = true }: { readonly hints?: boolean }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const dialogs = useDialogs();
  const alarms = useAlarms();
  const first = alarms[0];
  if (!first) return <footer className="alarm-line">{hints && <KeyHints />}</footer>;
  const lasting = first.clearedAt === null && first.seenBy === null;
  return (
    <footer
      className="alarm-line"
      data-active={lasting}
      data-severity={first.severity}
      data-testid="alarm"
    >
      <TriangleAlert aria-hidden className="alarm-shape" />
      <p className="alarm-words">
        <b>{words(first)}</b>
        <AlarmAge alarm={first} />
        <span className="alarm-advice">
          {words({ text: first.advice, textEn: first.adviceEn })}
        </span>
      </p>
      <Press
        className="compact"
        testId="alarm-see"
        onPress={() => dialogs.open({ kind: 'alarms' })}
      >
        {alarms.length > 1 ? t('alarm.seeAll', { count: alarms.length }) : t('do.see')}
      </Press>
      {first.seenBy === null && <Acknowledge alarm={first} />}
    </footer>
  );
}
