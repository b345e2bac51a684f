// Says that what is on the screen is old, how old, and, when something was on the air, that it goes on without this page;
// or that the server was closed, and what to do.
import { Power, Unplug } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '../format/times.ts';
import { useFarewell, useLinkStatus, useStudio } from '../studio.tsx';

function Age(): ReactNode {
  const { t } = useTranslation();
  const { link } = useStudio();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const heardAt = link.view().heardAt;
  return <b>{t('link.age', { age: duration(heardAt === null ? 0 : now - heardAt) })}</b>;
}

/** Shown while the line to the studio is lost, or its server was closed. */
export function ConnectionBanner(): ReactNode {
  const { t } = useTranslation();
  const { link } = useStudio();
  const status = useLinkStatus();
  const farewell = useFarewell();
  // As last heard: what was out is looked after by a process of its own, and goes on without control.
  const wasOut = link.view().state?.air.onAir === true;
  if (status !== 'lost') return null;
  if (farewell !== null) {
    return (
      <div className="connection-banner" role="alert" data-testid="connection-banner">
        <Power aria-hidden size={24} />
        <span>
          {t('link.closed')} {farewell === 'airGoesOn' && wasOut && t('link.airGoesOn')}{' '}
          {t('link.reopen')}
        </span>
      </div>
    );
  }
  return (
    <div className="connection-banner" role="alert" data-testid="connection-banner">
      <Unplug aria-hidden size={24} />
      <span>
        {t('link.lost')} <Age /> · {wasOut && t('link.airGoesOn')} {t('link.retrying')}
      </span>
    </div>
  );
}
