// What a crew types or scans to send one feed.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FeedCredentials } from '../../../server/contract/field.ts';
import { answerOf, useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { SecretCard } from './secret-card.tsx';
import { Twice } from './twice.tsx';

interface CredentialsProps {
  readonly unit: string;
  readonly feed: FeedCredentials;
  readonly onRotated: (feed: FeedCredentials) => void;
}

/** The card of one feed; and the way to change its key. */
export function Credentials({ unit, feed, onRotated }: CredentialsProps): ReactNode {
  const { t } = useTranslation();
  const off = useOff();
  const rotate = useCommand('field.rotateKey');
  const change = async (): Promise<void> => {
    const next = await rotate.send({ id: unit, feed: feed.id });
    if (next) onRotated(next);
  };
  return (
    <section aria-label={feed.label} data-testid={`credentials-${feed.id}`}>
      <h3>{feed.label}</h3>
      <SecretCard
        url={feed.rtmp.url}
        secret={feed.rtmp.key}
        deed={
          <Twice
            className="compact"
            words={t('unitCard.rotate')}
            sure={t('unitCard.rotating')}
            off={off}
            {...answerOf(rotate)}
            onPress={() => void change()}
          />
        }
      />
    </section>
  );
}
