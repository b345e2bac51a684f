// What kind of place an output sends to, as a shape with its name.
import {
  Globe,
  HardDrive,
  RadioTower,
  Satellite,
  Send,
  Smartphone,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputKind } from '../../../server/contract/outputs.ts';

const icons: Record<OutputKind, LucideIcon> = {
  rtmp: Send,
  srt: Satellite,
  vertical: Smartphone,
  recording: HardDrive,
  hls: Globe,
  icecast: RadioTower,
};

/** The icon; its name on hover and to assistive tools. */
export function OutputIcon({ kind }: { readonly kind: OutputKind }): ReactNode {
  const { t } = useTranslation();
  const Icon = icons[kind];
  return (
    <span className="kind" role="img" aria-label={t(`kind.${kind}`)} title={t(`kind.${kind}`)}>
      <Icon aria-hidden size={18} />
    </span>
  );
}
