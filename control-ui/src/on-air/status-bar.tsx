// The top line: who we are, whether we are on the air, what time it is, and who decides.
import { Circle, CircleDot, Hand, Square, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, useCommand } from '../command.ts';
import { airClock, clockTime, duration, shortDate } from '../format/times.ts';
import { useOff } from '../off.ts';
import { Hold } from '../parts/hold.tsx';
import { Press } from '../parts/press.tsx';
import { useFarewell, useSecond, useSlice } from '../studio.tsx';
import { useActor, useLocale } from '../words.ts';
import { airFace } from './air-state.ts';
import { Continuity } from './continuity.tsx';
import { useDialogs } from './open-dialog.ts';
import { PersonMenu } from './person-menu.tsx';
import { useSlateFace } from './switching.tsx';

/** The station's short name. */
export function StationName(): ReactNode {
  const name = useSlice((s) => s.station.shortName);
  return <h1 className="station">{name}</h1>;
}

function AirClock({ since }: { readonly since: number }): ReactNode {
  const now = useSecond();
  return (
    <span className="air-clock" data-testid="on-air-clock">
      {airClock(now - since)}
    </span>
  );
}

/** AL AIRE, with the clock and what the destinations receive. */
export function OnAir(): ReactNode {
  const { t } = useTranslation();
  const air = useSlice((s) => s.air);
  const reported = useSlice((s) => airFace(s.air, s.outputs));
  // Closed in order with the air: the word that was true before must not stay.
  const ended = useFarewell() === 'airEnds';
  const face = ended ? 'off' : reported;
  const out = face === 'live' || face === 'slate' || face === 'stopping';
  // OBS's own «Ya regresamos» goes out as its program, and is as little the programme as air's.
  const slateScene = useSlateFace() !== null && air.feeding === 'program';
  const feeding = slateScene ? 'slate' : air.feeding;
  return (
    <div
      className="on-air"
      data-face={face}
      data-forced={air.forced !== null}
      data-testid="on-air"
      data-on-air={air.onAir && !ended}
    >
      {out && <Square aria-hidden className="air-shape" fill="currentColor" />}
      {(face === 'noContact' || face === 'nobody') && (
        <TriangleAlert aria-hidden className="air-shape" />
      )}
      {(face === 'off' || face === 'starting') && <Circle aria-hidden className="air-shape" />}
      <span className="air-word">{t(`air.${face}`)}</span>
      {air.onAir && !ended && air.since !== null && <AirClock since={air.since} />}
      {out && (
        <span className="air-source" data-feeding={feeding} data-testid="feeding">
          {feeding !== 'program' && <TriangleAlert aria-hidden size={18} />}
          {t(`feeding.${feeding}`)}
        </span>
      )}
    </div>
  );
}

/** Date and time in the station's zone; says so when the grid is rehearsed at another time. */
export function StationTime(): ReactNode {
  const { t } = useTranslation();
  const now = useSecond();
  const zone = useSlice((s) => s.station.zone);
  const offset = useSlice((s) => s.station.clockOffsetMs);
  const locale = useLocale();
  return (
    <div className="station-time">
      <span className="date">{shortDate(now, locale, zone)}</span>
      <time className="time">{clockTime(now, locale, zone)}</time>
      {offset !== 0 && (
        <span className="warn">
          {t('clock.rehearsal', {
            offset: `${offset < 0 ? '−' : '+'}${duration(Math.abs(offset))}`,
          })}
        </span>
      )}
    </div>
  );
}

/** Automático or Manual, and why. */
export function Mode(): ReactNode {
  const { t } = useTranslation();
  const actor = useActor();
  const mode = useSlice((s) => s.grid.mode);
  const hold = useSlice((s) => s.grid.hold);
  return (
    <div className="mode" data-mode={mode} data-testid="mode" title={hold?.reason}>
      {mode === 'automatic' ? <CircleDot aria-hidden /> : <Hand aria-hidden />}
      <span className="mode-word">{t(`mode.${mode}`)}</span>
      {hold && (
        <span className="mode-why">
          {t(`mode.${hold.kind}`, { by: actor(hold.by) })}
          {hold.reason !== '' && <span className="mode-reason"> · {hold.reason}</span>}
        </span>
      )}
    </div>
  );
}

/** IR AL AIRE, or TERMINAR by hold. */
export function AirControl(): ReactNode {
  const { t } = useTranslation();
  const dialogs = useDialogs();
  const order = useSlice((s) => s.air.order);
  const onAir = useSlice((s) => s.air.onAir);
  const connected = useSlice((s) => s.air.connected);
  const stop = useCommand('air.stop');
  const role = useOff();
  const off = role ?? (connected ? null : t('off.air'));
  if (order === 'stop' && !onAir) {
    return (
      <Press
        className="strong"
        testId="go-live"
        off={off}
        onPress={() => dialogs.open({ kind: 'goLive' })}
      >
        {t('do.goLive')}
      </Press>
    );
  }
  return (
    <Hold
      className="end-air"
      testId="stop-air"
      off={off}
      {...answerOf(stop)}
      onHeld={() => void stop.send({})}
      onBrief={() => dialogs.open({ kind: 'stopAir' })}
    >
      {t('do.stopAir')}
      <small>{t('hold.hint')}</small>
    </Hold>
  );
}

/** The desk's status bar. */
export function StatusBar(): ReactNode {
  return (
    <header className="status-bar">
      <StationName />
      <OnAir />
      <AirControl />
      <Continuity />
      <StationTime />
      <Mode />
      <PersonMenu />
    </header>
  );
}
