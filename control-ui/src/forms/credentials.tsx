// What a crew types or scans to send one feed.
import { Check, Copy } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FeedCredentials } from '../../../server/contract/field.ts';
import { useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { Qr } from './qr.tsx';
import { Twice } from './twice.tsx';

function Copied({ value }: { readonly value: string }): ReactNode {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  // Only a page served securely may write to the clipboard; elsewhere the text is selected by a press.
  const possible = typeof navigator.clipboard?.writeText === 'function';
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    setDone(true);
  };
  return (
    <dd>
      <code>{value}</code>
      {possible && (
        <button
          type="button"
          className="press icon"
          aria-label={t(done ? 'do.copied' : 'do.copy')}
          onClick={() => void copy()}
        >
          {done ? <Check aria-hidden size={16} /> : <Copy aria-hidden size={16} />}
        </button>
      )}
    </dd>
  );
}

interface CredentialsProps {
  readonly unit: string;
  readonly feed: FeedCredentials;
  readonly onRotated: (feed: FeedCredentials) => void;
}

/** Address, key, both joined, and as a QR code; and the way to change the key. */
export function Credentials({ unit, feed, onRotated }: CredentialsProps): ReactNode {
  const { t } = useTranslation();
  const off = useOff();
  const rotate = useCommand('field.rotateKey');
  const change = async (): Promise<void> => {
    const next = await rotate.send({ id: unit, feed: feed.id });
    if (next) onRotated(next);
  };
  const whole = `${feed.rtmp.url}/${feed.rtmp.key}`;
  return (
    <section aria-label={feed.label} data-testid={`credentials-${feed.id}`}>
      <h3>{feed.label}</h3>
      <div className="credentials">
        <Qr text={whole} label={t('unitCard.qr')} />
        <dl>
          <dt>{t('unitCard.url')}</dt>
          <Copied value={feed.rtmp.url} />
          <dt>{t('unitCard.key')}</dt>
          <Copied value={feed.rtmp.key} />
          <dt>{t('unitCard.whole')}</dt>
          <Copied value={whole} />
          <dt className="unseen">{t('unitCard.rotate')}</dt>
          <dd>
            <Twice
              className="compact"
              words={t('unitCard.rotate')}
              sure={t('unitCard.rotating')}
              off={off}
              pending={rotate.pending}
              problem={rotate.problem}
              onDismiss={rotate.dismiss}
              onPress={() => void change()}
            />
          </dd>
        </dl>
      </div>
    </section>
  );
}
