// The address and key of the backup encoder, on request.
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandOutput } from '../../../server/contract/commands.ts';
import { answerOf, useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { Press } from '../parts/press.tsx';
import { SecretCard } from './secret-card.tsx';
import { Twice } from './twice.tsx';

/** A button first: showing the key is recorded. */
export function BackupKey(): ReactNode {
  const { t } = useTranslation();
  const off = useOff();
  const ask = useCommand('air.backupKey');
  const [found, setFound] = useState<CommandOutput<'air.backupKey'> | null>(null);
  const show = async (rotate: boolean): Promise<void> => {
    const answer = await ask.send({ rotate });
    if (answer) setFound(answer);
  };
  if (found === null) {
    return (
      <p>
        <Press testId="backup-reveal" off={off} {...answerOf(ask)} onPress={() => void show(false)}>
          {t('unitCard.reveal')}
        </Press>{' '}
        <small className="muted">{t('unitCard.recorded')}</small>
      </p>
    );
  }
  return (
    <div data-testid="backup-key">
      <SecretCard
        url={found.url}
        secret={found.key}
        deed={
          <Twice
            className="compact"
            testId="backup-rotate"
            words={t('unitCard.rotate')}
            sure={t('unitCard.rotating')}
            off={off}
            {...answerOf(ask)}
            onPress={() => void show(true)}
          />
        }
      />
    </div>
  );
}
