// A field unit's card: its addresses and keys on request, a new key, and its removal.
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FeedCredentials } from '../../../server/contract/field.ts';
import { answerOf, useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';
import { Credentials } from './credentials.tsx';
import { Twice } from './twice.tsx';

interface CardProps {
  readonly id: string;
  /** Already known just after creating; else shown on request. */
  readonly known?: readonly FeedCredentials[];
  readonly onClose: () => void;
}

/** The dialog of one unit. */
export function UnitCard({ id, known, onClose }: CardProps): ReactNode {
  const { t } = useTranslation();
  const off = useOff();
  const name = useSlice((s) => s.field.units[id]?.name) ?? '';
  const [feeds, setFeeds] = useState<readonly FeedCredentials[] | null>(known ?? null);
  const reveal = useCommand('field.credentials');
  const remove = useCommand('field.removeUnit');
  return (
    <Dialog
      title={t('unitCard.title', { name })}
      wide
      onClose={onClose}
      actions={
        <>
          <span className="apart">
            <Twice
              words={t('unitCard.remove')}
              sure={t('unitCard.removing')}
              testId="unit-remove"
              off={off}
              {...answerOf(remove)}
              onPress={() => void remove.send({ id }).then((done) => done && onClose())}
            />
          </span>
          <Press className="strong" onPress={onClose}>
            {t('do.done')}
          </Press>
        </>
      }
    >
      {feeds === null ? (
        <p>
          <Press
            testId="unit-reveal"
            off={off}
            {...answerOf(reveal)}
            onPress={() => void reveal.send({ id }).then((found) => found && setFeeds(found.feeds))}
          >
            {t('unitCard.reveal')}
          </Press>{' '}
          <small className="muted">{t('unitCard.recorded')}</small>
        </p>
      ) : (
        <>
          <p className="muted">{t('unitCard.secret')}</p>
          {feeds.map((feed) => (
            <Credentials
              key={feed.id}
              unit={id}
              feed={feed}
              onRotated={(next) => setFeeds(feeds.map((f) => (f.id === next.id ? next : f)))}
            />
          ))}
        </>
      )}
    </Dialog>
  );
}
