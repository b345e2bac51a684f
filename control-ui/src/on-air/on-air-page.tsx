// Al aire: the operator's page, on a desk or in a hand.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMedia } from '../parts/use-media.ts';
import { useLinkStatus, useReady } from '../studio.tsx';
import { AlarmLine } from './alarm-line.tsx';
import { Announcer } from './announcer.tsx';
import { Audio } from './audio.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Deck } from './deck.tsx';
import { DialogsProvider } from './dialogs.tsx';
import { FieldPanel } from './field-panel.tsx';
import { GridPanel } from './grid-panel.tsx';
import { LowerThird } from './lower-third.tsx';
import { OutputsPanel } from './outputs-panel.tsx';
import { Phone } from './phone.tsx';
import { PreviewMonitor } from './preview-monitor.tsx';
import { ProgramMonitor } from './program-monitor.tsx';
import { Scenes } from './scenes.tsx';
import { StatusBar } from './status-bar.tsx';
import { SwitchingProvider } from './switching.tsx';
import { useKeys } from './use-keys.ts';

function Desk(): ReactNode {
  return (
    <div className="desk">
      <StatusBar />
      <main className="desk-main">
        <div className="hands">
          <div className="monitors">
            <PreviewMonitor />
            <ProgramMonitor />
          </div>
          <Deck />
          <Scenes />
          <div className="panel sound-words">
            <Audio />
            <LowerThird />
          </div>
        </div>
        <div className="sides">
          <GridPanel />
          <OutputsPanel />
          <FieldPanel />
        </div>
      </main>
      <AlarmLine />
    </div>
  );
}

function Page(): ReactNode {
  const phone = useMedia('(max-width: 760px)');
  const status = useLinkStatus();
  useKeys();
  return (
    <div className="page" data-link={status}>
      <ConnectionBanner />
      {phone ? <Phone /> : <Desk />}
      <Announcer />
    </div>
  );
}

/** The page, once the first picture of the studio is here. */
export function OnAirPage(): ReactNode {
  const { t } = useTranslation();
  const ready = useReady();
  if (!ready) return <p className="waiting">{t('link.waiting')}</p>;
  return (
    <DialogsProvider>
      <SwitchingProvider>
        <Page />
      </SwitchingProvider>
    </DialogsProvider>
  );
}
