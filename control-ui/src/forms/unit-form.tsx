// Adds a field unit, then shows what its crew needs.
import { NativeSelect, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandOutput } from '../../../server/contract/commands.ts';
import { useCommand } from '../command.ts';
import { bitrate } from '../format/numbers.ts';
import { useOff } from '../off.ts';
import { useBilingual, useLocale } from '../words.ts';
import { FormDialog, useMarks } from './form-dialog.tsx';
import { UnitCard } from './unit-card.tsx';
import { simplestFirst } from './unit-order.ts';
import { useProfiles } from './use-profiles.ts';

/** The dialog; turns into the new unit's card. */
export function UnitForm({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const say = useBilingual();
  const locale = useLocale();
  const off = useOff();
  const { profiles, problem: unread } = useProfiles();
  const create = useCommand('field.createUnit');
  const mark = useMarks(create);
  const [name, setName] = useState('');
  const [profileId, setProfile] = useState('');
  const [made, setMade] = useState<CommandOutput<'field.createUnit'> | null>(null);
  if (made) return <UnitCard id={made.id} known={made.feeds} onClose={onClose} />;

  const units = simplestFirst(profiles?.units ?? []);
  const profile = units.find((p) => p.id === profileId) ?? units[0];
  const save = async (): Promise<void> => {
    if (!profile || name.trim() === '') return;
    const done = await create.send({ name: name.trim(), profile: profile.id });
    if (done) setMade(done);
  };
  return (
    <FormDialog
      title={t('unitForm.title')}
      onClose={onClose}
      control={create}
      fields={['name']}
      save={t('do.create')}
      saveTestId="unit-save"
      off={off}
      problem={unread}
      onSave={save}
    >
      <TextInput
        label={t('unitForm.name')}
        data-testid="unit-name"
        maxLength={60}
        required
        placeholder={t('unitForm.example')}
        error={mark('name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label={t('unitForm.kind')}
        data-testid="unit-profile"
        data={units.map((p) => ({ value: p.id, label: p.name }))}
        value={profile?.id ?? ''}
        onChange={(event) => setProfile(event.currentTarget.value)}
      />
      {profile && (
        <p className="muted">
          {t('unitForm.feeds', {
            count: profile.feeds.length,
            rate: bitrate(profile.expectedKbps, locale),
          })}
          . {say(profile.hint)}
        </p>
      )}
    </FormDialog>
  );
}
