// Air's own slate, put on and taken off by a person.
import { CloudOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';

interface SlateControlProps {
  readonly className?: string;
  readonly testId: string;
}

/** Puts the slate on, keeps it on while a loss shows it, or takes it off while a person's is on. */
export function SlateControl({ className = '', testId }: SlateControlProps): ReactNode {
  const { t } = useTranslation();
  const slate = useCommand('air.slate');
  const forced = useSlice((s) => s.air.forced !== null);
  const out = useSlice((s) => s.air.feeding === 'slate');
  const connected = useSlice((s) => s.air.connected);
  const role = useOff();
  return (
    <Press
      className={className}
      testId={testId}
      off={role ?? (connected ? null : t('off.air'))}
      label={forced || !out ? undefined : t('slate.keepLabel')}
      hint={t(forced ? 'slate.offHint' : out ? 'slate.keepHint' : 'slate.onHint')}
      {...answerOf(slate)}
      onPress={() => void slate.send({ on: !forced })}
    >
      {!forced && <CloudOff aria-hidden size={18} />}
      {t(forced ? 'slate.off' : out ? 'slate.keep' : 'slate.on')}
    </Press>
  );
}
