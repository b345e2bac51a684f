// Who yields first when the uplink does not suffice.
import { Checkbox, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputFieldsProps } from './address-fields.tsx';
import { priorityIsWrong } from './output-draft.ts';

/** Priority, and whether it may be stopped. */
export function SheddingFields(props: OutputFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { draft, output, profile, mark, onChange } = props;
  return (
    <>
      <TextInput
        inputMode="numeric"
        maxLength={12}
        label={t('outputForm.priority')}
        description={t('outputForm.priorityHint')}
        data-testid="output-priority"
        error={priorityIsWrong(draft) ? t('outputForm.priorityWrong') : mark('priority')}
        placeholder={String(output?.priority ?? profile?.priority ?? '')}
        value={draft.priority}
        onChange={(event) => onChange({ priority: event.currentTarget.value })}
      />
      <Checkbox
        label={t('outputForm.mayShed')}
        data-testid="output-may-shed"
        checked={draft.mayShed ?? output?.mayShed ?? false}
        onChange={(event) => onChange({ mayShed: event.currentTarget.checked })}
      />
    </>
  );
}
