// Adds a field unit, then shows what its crew needs.
import { NativeSelect, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandOutput } from '../../../server/contract/commands.ts';
import { useCommand } from '../command.ts';
import { bitrate } from '../format/numbers.ts';
import { useOff } from '../off.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Press } from '../parts/press.tsx';
import { useBilingual, useLocale, useWords } from '../words.ts';
import { elsewhere, fieldIssue } from './field-issue.ts';
import { Forms } from './mantine.tsx';
import { UnitCard } from './unit-card.tsx';
import { useProfiles } from './use-profiles.ts';

/** The dialog; turns into the new unit's card. */
export function UnitForm({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const say = useBilingual();
  const locale = useLocale();
  const off = useOff();
  const { profiles, problem: unread } = useProfiles();
  const create = useCommand('field.createUnit');
  const [name, setName] = useState('');
  const [profileId, setProfile] = useState('');
  const [made, setMade] = useState<CommandOutput<'field.createUnit'> | null>(null);
  if (made) return <UnitCard id={made.id} known={made.feeds} onClose={onClose} />;

  const profile = profiles?.units.find((p) => p.id === profileId) ?? profiles?.units[0];
  const save = async (): Promise<void> => {
    if (off !== null || !profile || name.trim() === '') return;
    const done = await create.send({ name: name.trim(), profile: profile.id });
    if (done) setMade(done);
  };
  return (
    <Dialog
      title={t('unitForm.title')}
      onClose={onClose}
      actions={
        <>
          <Press onPress={onClose}>{t('do.cancel')}</Press>
          <Press
            className="strong"
            testId="unit-save"
            off={off}
            pending={create.pending}
            problem={elsewhere(create.problem, ['name']) ?? unread}
            onDismiss={create.dismiss}
            onPress={() => void save()}
          >
            {t('do.create')}
          </Press>
        </>
      }
    >
      <Forms>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <TextInput
            label={t('unitForm.name')}
            data-testid="unit-name"
            maxLength={60}
            required
            placeholder={t('unitForm.example')}
            error={fieldIssue(create.problem, 'name', create.problem ? words(create.problem) : '')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NativeSelect
            label={t('unitForm.kind')}
            data-testid="unit-profile"
            data={profiles?.units.map((p) => ({ value: p.id, label: p.name })) ?? []}
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
        </form>
      </Forms>
    </Dialog>
  );
}
