// Why a control cannot be used now, in words; null when it can.
import { useTranslation } from 'react-i18next';
import type { Role } from '../../server/contract/roles.ts';
import { may } from './state/permissions.ts';
import { useLinkStatus, useRoles, useSlice } from './studio.tsx';

/** The reason for anyone without the role, or without a line to the studio. */
export function useOff(needs: Role = 'operator'): string | null {
  const { t } = useTranslation();
  const status = useLinkStatus();
  const roles = useRoles();
  if (status !== 'live') return t('off.noLine');
  return may(roles, needs) ? null : t('off.role', { role: t(`role.${needs}`) });
}

/** The same for what also needs OBS. */
export function useSwitcherOff(): string | null {
  const { t } = useTranslation();
  const connection = useSlice((s) => s.switcher.connection);
  const off = useOff();
  return off ?? (connection === 'connected' ? null : t('off.obs'));
}
