// Al aire in one hand: what matters without scrolling, the rest one swipe away.
import { Antenna, AudioLines, Radio, Tv } from 'lucide-react';
import { useRef, useState, type ReactNode, type UIEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { countdown, shortDate } from '../format/times.ts';
import { useSecond, useSlice } from '../studio.tsx';
import { useLocale } from '../words.ts';
import { AlarmLine } from './alarm-line.tsx';
import { Audio } from './audio.tsx';
import { Continuity, CoverButton } from './continuity.tsx';
import { Cut, Panic, Take, Transition } from './deck.tsx';
import { FieldPanel } from './field-panel.tsx';
import { Announcement, farMs, HoldGrid, ReleaseGrid } from './grid-panel.tsx';
import { LowerThird } from './lower-third.tsx';
import { OutputsPanel } from './outputs-panel.tsx';
import { PersonMenu } from './person-menu.tsx';
import { ProgramMonitor } from './program-monitor.tsx';
import { Scenes } from './scenes.tsx';
import { AirControl, Mode, OnAir, StationName } from './status-bar.tsx';

function NowNext(): ReactNode {
  const { t } = useTranslation();
  const clock = useSecond();
  const locale = useLocale();
  const zone = useSlice((s) => s.station.zone);
  const now = useSlice((s) => s.grid.now);
  const next = useSlice((s) => s.grid.next);
  const announced = useSlice((s) => s.grid.announced);
  const preparing = useSlice((s) => s.air.preparing !== null);
  if (preparing) return <Continuity />;
  if (announced) {
    return (
      <div className="now-next-lines announced">
        <Announcement />
        <HoldGrid testId="hold-announced" className="compact" />
      </div>
    );
  }
  return (
    <div className="now-next-lines">
      <p>
        <b>{t('grid.now')}</b> <span>{now?.title ?? t('grid.nothing')}</span>
        {now && <span className="figure">{countdown(now.end - clock)}</span>}
      </p>
      <p>
        <b>{t('grid.next')}</b> <span>{next?.title ?? t('grid.noNext')}</span>
        {next && (
          <span className="figure">
            {next.start - clock > farMs && `${shortDate(next.start, locale, zone)} `}
            {next.time.slice(0, 5)}
          </span>
        )}
      </p>
    </div>
  );
}

/** Of Sostener and Volver a parrilla, the one that can be done now. */
function GridHand(): ReactNode {
  const mode = useSlice((s) => s.grid.mode);
  return mode === 'manual' ? <ReleaseGrid /> : <HoldGrid testId="hold" />;
}

const tabs = [
  { name: 'air', icon: Tv },
  { name: 'outputs', icon: Radio },
  { name: 'field', icon: Antenna },
  { name: 'audio', icon: AudioLines },
] as const;

/** Four sheets side by side; the tabs and a swipe move between them. */
export function Phone(): ReactNode {
  const { t } = useTranslation();
  const sheets = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(0);
  const go = (index: number): void => {
    const box = sheets.current;
    if (box) box.scrollTo({ left: index * box.clientWidth });
  };
  const scrolled = ({ currentTarget }: UIEvent<HTMLDivElement>): void =>
    setShown(Math.round(currentTarget.scrollLeft / currentTarget.clientWidth));
  return (
    <div className="phone">
      <header className="status-bar">
        <StationName />
        <OnAir />
        <Mode />
        <PersonMenu />
      </header>
      <main className="sheets" ref={sheets} onScroll={scrolled}>
        <div className="sheet sheet-air" inert={shown !== 0}>
          <div className="look">
            <ProgramMonitor small />
            <div className="look-hands">
              <AirControl />
              <GridHand />
            </div>
          </div>
          <NowNext />
          <Scenes pictures={false} />
          <div className="thumb">
            <Cut />
            <Take byHand />
            <Panic byHold />
          </div>
        </div>
        <div className="sheet" inert={shown !== 1}>
          <CoverButton />
          <OutputsPanel />
        </div>
        <div className="sheet" inert={shown !== 2}>
          <FieldPanel />
        </div>
        <div className="sheet" inert={shown !== 3}>
          <Audio />
          <LowerThird />
          <section className="next-take">
            <h2>{t('take.how')}</h2>
            <Transition />
          </section>
        </div>
      </main>
      <AlarmLine hints={false} />
      <nav className="tabs" aria-label={t('tabs.label')}>
        {tabs.map(({ name, icon: Icon }, index) => (
          <button
            key={name}
            type="button"
            aria-current={shown === index ? 'page' : undefined}
            data-testid={`tab-${name}`}
            onClick={() => go(index)}
          >
            <Icon aria-hidden size={20} />
            {t(`tabs.${name}`)}
          </button>
        ))}
      </nav>
    </div>
  );
}
