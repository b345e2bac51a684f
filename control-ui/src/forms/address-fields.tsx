// Where an output is sent, and with which secret. The secret is written here and never read back.
import { Checkbox, PasswordInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../server/contract/outputs.ts';
import type { DestinationProfile } from '../../../server/contract/profiles.ts';
import type { Mark } from './form-dialog.tsx';
import type { KindFields } from './kind-settings.ts';
import type { OutputDraft } from './output-draft.ts';

/** What every group of fields of the output form is given. */
export interface OutputFieldsProps {
  readonly draft: OutputDraft;
  /** Undefined while adding one. */
  readonly output: Output | undefined;
  readonly profile: DestinationProfile | undefined;
  readonly mark: Mark;
  readonly onChange: (change: Partial<OutputDraft>) => void;
}

/** SRT takes passphrases of 10 to 79 characters. */
const longestPassphrase = 79;

function Backup({ draft, output, profile, mark, onChange }: OutputFieldsProps): ReactNode {
  const { t } = useTranslation();
  // The profile's own serves beside the profile's own address alone.
  const usual = draft.url.trim() === '' ? (profile?.backupUrl ?? null) : null;
  const present = output ? output.backupUrl : usual;
  const used = draft.backup ?? present !== null;
  return (
    <>
      <Checkbox
        label={t('outputForm.backup')}
        data-testid="output-backup"
        checked={used}
        onChange={(event) => onChange({ backup: event.currentTarget.checked })}
      />
      {used && (
        <TextInput
          label={t('outputForm.backupUrl')}
          description={t('outputForm.backupHint')}
          data-testid="output-backup-url"
          maxLength={500}
          spellCheck={false}
          error={mark('backupUrl')}
          placeholder={present ?? ''}
          value={draft.backupUrl}
          onChange={(event) => onChange({ backupUrl: event.currentTarget.value })}
        />
      )}
    </>
  );
}

/** Address, key and backup address, as far as the kind has them. */
export function AddressFields(
  props: OutputFieldsProps & { readonly fields: KindFields },
): ReactNode {
  const { t } = useTranslation();
  const { fields, draft, output, profile, mark, onChange } = props;
  return (
    <>
      {fields.address && (
        <TextInput
          label={t('outputForm.url')}
          data-testid="output-url"
          maxLength={500}
          spellCheck={false}
          error={mark('url')}
          description={
            output
              ? t('outputForm.urlHidden')
              : profile?.defaultUrl && t('outputForm.urlDefault', { url: profile.defaultUrl })
          }
          placeholder={output?.url ?? profile?.defaultUrl ?? ''}
          value={draft.url}
          onChange={(event) => onChange({ url: event.currentTarget.value })}
        />
      )}
      {fields.key !== null && (
        <PasswordInput
          visibilityToggleFocusable
          visibilityToggleButtonProps={{ 'aria-label': t('form.showPassword') }}
          label={t(`outputForm.keyOf.${fields.key}`)}
          data-testid="output-key"
          maxLength={fields.key === 'passphrase' ? longestPassphrase : 500}
          autoComplete="off"
          error={mark('key')}
          description={[
            fields.key === 'passphrase' ? t('outputForm.passphrase') : '',
            t(output?.hasKey ? 'outputForm.keyKept' : 'outputForm.keyNever'),
          ]
            .filter((words) => words !== '')
            .join(' ')}
          value={draft.key}
          onChange={(event) => onChange({ key: event.currentTarget.value })}
        />
      )}
      {fields.backup && <Backup {...props} />}
    </>
  );
}
