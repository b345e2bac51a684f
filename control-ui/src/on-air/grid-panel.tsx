// What is on by the grid, what comes next, and the way to hold or give back the air.
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Occurrence } from '../../../server/contract/grid.ts';
import { answerOf, useCommand } from '../command.ts';
import { countdown, duration, shortDate } from '../format/times.ts';
import { useOff } from '../off.ts';
import { Press } from '../parts/press.tsx';
import { useSecond, useSlice } from '../studio.tsx';
import { useLocale, useWords } from '../words.ts';

/** Later than this at its start is worth saying. */
const lateMs = 1500;
/** Further away than this, its date says more than a countdown. */
export const farMs = 12 * 3_600_000;

function Now({ now: item }: { readonly now: Occurrence }): ReactNode {
  const { t } = useTranslation();
  const now = useSecond();
  const late = useSlice((s) => s.grid.late);
  const share = Math.min(1, Math.max(0, (now - item.start) / (item.end - item.start)));
  return (
    <>
      <b className="programme">{item.title}</b>
      <div className="remaining">
        <span className="figure">{t('grid.remaining', { time: countdown(item.end - now) })}</span>
        <progress max={1} value={share} aria-label={t('grid.progress', { title: item.title })} />
      </div>
      {late !== null && late > lateMs && <small>{t('grid.late', { time: duration(late) })}</small>}
    </>
  );
}

function Next({ next }: { readonly next: Occurrence }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useSlice((s) => s.station.zone);
  const words = useWords();
  const now = useSecond();
  return (
    <>
      <b className="programme programme-next">
        <span className="figure">{next.time.slice(0, 5)}</span> {next.title}
      </b>
      <span className="figure">
        {next.start - now > farMs
          ? t('grid.on', { scene: next.scene, date: shortDate(next.start, locale, zone) })
          : t('grid.in', { scene: next.scene, time: countdown(next.start - now) })}
      </span>
      {next.problem && (
        <span className="warn">
          <TriangleAlert aria-hidden size={16} /> {words(next.problem)}
        </span>
      )}
    </>
  );
}

/** "En 0:10 la parrilla pasa a Estudio", or how the last automatic act went wrong. */
export function Announcement(): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const now = useSecond();
  const announced = useSlice((s) => s.grid.announced);
  const lastAct = useSlice((s) => s.grid.lastAct);
  if (announced && announced.at >= now - 1000) {
    return (
      <p className="announcement" role="status" data-testid="announcement">
        {t('grid.announced', { time: countdown(announced.at - now), scene: announced.scene })}
      </p>
    );
  }
  if (lastAct && !lastAct.ok) {
    return (
      <p className="warn announcement">
        <TriangleAlert aria-hidden size={16} /> {words(lastAct)}
      </p>
    );
  }
  return null;
}

/** Sostener: the grid changes nothing until released. */
export function HoldGrid({ testId, className = '' }: HoldGridProps): ReactNode {
  const { t } = useTranslation();
  const mode = useSlice((s) => s.grid.mode);
  const off = useOff();
  const hold = useCommand('grid.hold');
  return (
    <Press
      testId={testId}
      className={className}
      off={off ?? (mode === 'manual' ? t('off.held') : null)}
      {...answerOf(hold)}
      onPress={() => void hold.send({})}
    >
      {t('do.hold')}
    </Press>
  );
}

interface HoldGridProps {
  readonly testId: string;
  readonly className?: string;
}

/** Volver a parrilla: the grid decides again. */
export function ReleaseGrid(): ReactNode {
  const { t } = useTranslation();
  const mode = useSlice((s) => s.grid.mode);
  const off = useOff();
  const release = useCommand('grid.release');
  return (
    <Press
      testId="release"
      className={mode === 'manual' ? 'strong' : ''}
      off={off ?? (mode === 'automatic' ? t('off.released') : null)}
      {...answerOf(release)}
      onPress={() => void release.send({})}
    >
      {t('do.release')}
    </Press>
  );
}

/** Sostener and Volver a parrilla. */
function HoldRelease(): ReactNode {
  return (
    <div className="row">
      <HoldGrid testId="hold" />
      <ReleaseGrid />
    </div>
  );
}

/** AHORA and SIGUE. */
export function GridPanel(): ReactNode {
  const { t } = useTranslation();
  const now = useSlice((s) => s.grid.now);
  const next = useSlice((s) => s.grid.next);
  const note = useSlice((s) => s.grid.note);
  const problems = useSlice((s) => s.grid.problems);
  return (
    <section className="panel grid-panel" aria-label={t('grid.title')}>
      <dl className="now-next">
        <dt>{t('grid.now')}</dt>
        <dd data-testid="now">
          {now ? <Now now={now} /> : <span className="muted">{t('grid.nothing')}</span>}
        </dd>
        <dt>{t('grid.next')}</dt>
        <dd data-testid="next">
          {next ? <Next next={next} /> : <span className="muted">{t('grid.noNext')}</span>}
        </dd>
      </dl>
      <div className="grid-foot">
        <Announcement />
        <HoldRelease />
        <p className="muted small grid-note" title={note === '' ? undefined : note}>
          {problems.length > 0 && (
            <span className="warn">{t('grid.problems', { count: problems.length })} · </span>
          )}
          <a href="/programacion" target="_blank" rel="noreferrer">
            {t('menu.week')}
          </a>
          {note !== '' && ` · ${note}`}
        </p>
      </div>
    </section>
  );
}
