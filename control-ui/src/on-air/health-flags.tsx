// Black, frozen, silent, clipped: said on the monitor itself, with how long it has been so.
import { TriangleAlert } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '../format/times.ts';
import { useSecond, useSlice } from '../studio.tsx';
import { healthFlags } from './health-face.ts';

/** Nothing while all is well, or while nothing is measured. */
export function HealthFlags(): ReactNode {
  const { t } = useTranslation();
  const health = useSlice((s) => s.air.health);
  const feeding = useSlice((s) => s.air.feeding);
  const slateScene = useSlice(
    ({ switcher }) => switcher.program !== null && switcher.program === switcher.slateScene,
  );
  const now = useSecond();
  /** Server's epoch ms at which a still picture was last meant; null when it never was. */
  const [meantAt, setMeantAt] = useState<number | null>(null);
  const meant = feeding === 'slate' || (slateScene && feeding === 'program');
  if (meant && meantAt !== now) setMeantAt(now);
  const ownSeconds = meantAt === null ? undefined : (now - meantAt) / 1000;
  const flags = healthFlags(health, feeding, slateScene, ownSeconds);
  if (flags.length === 0) return null;
  return (
    <ul className="health-flags" data-testid="health-flags">
      {flags.map(({ flag, seconds }) => (
        <li key={flag} data-flag={flag}>
          <TriangleAlert aria-hidden size={16} />
          {t(`health.${flag}`)} <span className="figure">{duration(seconds * 1000)}</span>
        </li>
      ))}
    </ul>
  );
}
