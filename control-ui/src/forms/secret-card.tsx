// An address and a key to type or scan, with what a person may do about them.
// oxlint-disable-next-line import/no-unassigned-import -- Vite collects the styles
import './credentials.css';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../parts/copy-button.tsx';
import { Qr } from './qr.tsx';

function Line({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
        <CopyButton value={value} />
      </dd>
    </>
  );
}

interface SecretCardProps {
  readonly url: string;
  readonly secret: string;
  /** E.g. the button that changes the key. */
  readonly deed: ReactNode;
}

/** Address, key, both joined, and as a QR code. */
export function SecretCard({ url, secret, deed }: SecretCardProps): ReactNode {
  const { t } = useTranslation();
  const whole = `${url}/${secret}`;
  return (
    <div className="credentials">
      <Qr text={whole} label={t('unitCard.qr')} />
      <dl>
        <Line name={t('unitCard.url')} value={url} />
        <Line name={t('unitCard.key')} value={secret} />
        <Line name={t('unitCard.whole')} value={whole} />
        <dt className="unseen">{t('unitCard.rotate')}</dt>
        <dd>{deed}</dd>
      </dl>
    </div>
  );
}
