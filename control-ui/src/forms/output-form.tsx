// Adds a destination from a profile, or changes one: the profile's kind decides the fields.
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../server/contract/outputs.ts';
import type { DestinationProfile } from '../../../server/contract/profiles.ts';
import { answerOf, useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { OutputIcon } from '../on-air/output-icon.tsx';
import { useSlice } from '../studio.tsx';
import { useBilingual } from '../words.ts';
import { AddressFields } from './address-fields.tsx';
import { FormDialog, useMarks } from './form-dialog.tsx';
import { kindFields, settingsPaths } from './kind-settings.ts';
import { KindSettings } from './kind-settings-fields.tsx';
import {
  changesOf,
  draftOf,
  newOutput,
  priorityIsWrong,
  restarts,
  withProfile,
  type OutputDraft,
} from './output-draft.ts';
import { SheddingFields } from './shedding-fields.tsx';
import { Twice } from './twice.tsx';
import { useProfiles } from './use-profiles.ts';

interface FormProps {
  /** The output to change; null adds one. */
  readonly id: string | null;
  readonly onClose: () => void;
}

function Checks({ profile }: { readonly profile: DestinationProfile | undefined }): ReactNode {
  const { t } = useTranslation();
  const say = useBilingual();
  if (!profile || profile.checks.length === 0) return null;
  return (
    <details>
      <summary>{t('outputForm.checks')}</summary>
      <ul className="checks">
        {profile.checks.map((check) => (
          <li key={check.en}>{say(check)}</li>
        ))}
      </ul>
    </details>
  );
}

interface RemoveProps {
  readonly id: string;
  readonly output: Output;
  readonly onClose: () => void;
}

function RemoveOutput({ id, output, onClose }: RemoveProps): ReactNode {
  const { t } = useTranslation();
  const off = useOff();
  const remove = useCommand('output.remove');
  return (
    <Twice
      words={t('outputForm.remove')}
      sure={t('outputForm.removing')}
      testId="output-remove"
      off={off ?? (output.order === 'start' ? t('outputForm.running') : null)}
      {...answerOf(remove)}
      onPress={() => void remove.send({ id }).then((done) => done && onClose())}
    />
  );
}

/** Fields of every kind that show their own refusal. */
const ownFields = ['name', 'url', 'key', 'backupUrl', 'priority'];

/** The dialog; closes itself once the server accepted. */
export function OutputForm({ id, onClose }: FormProps): ReactNode {
  const { t } = useTranslation();
  const off = useOff();
  const output = useSlice((s) => (id === null ? undefined : s.outputs[id]));
  const { profiles, problem: unread } = useProfiles();
  const create = useCommand('output.create');
  const update = useCommand('output.update');
  const [draft, setDraft] = useState<OutputDraft>(() => draftOf(output));
  const set = (change: Partial<OutputDraft>): void => setDraft({ ...draft, ...change });

  const chosen = draft.profile === '' ? profiles?.destinations[0]?.id : draft.profile;
  const profile = profiles?.destinations.find((p) => p.id === chosen);
  const kind = output?.kind ?? profile?.kind;
  const control = id === null ? create : update;
  const mark = useMarks(control);
  const save = async (): Promise<void> => {
    const done =
      id === null
        ? profile && (await create.send(newOutput(draft, profile)))
        : output && (await update.send(changesOf(id, draft, output)));
    if (done) onClose();
  };

  return (
    <FormDialog
      title={
        id === null ? t('outputForm.addTitle') : t('outputForm.editTitle', { name: output?.name })
      }
      onClose={onClose}
      control={control}
      fields={[...ownFields, ...(kind ? settingsPaths(kind) : [])]}
      save={t(id === null ? 'do.create' : 'do.save')}
      saveTestId="output-save"
      off={off ?? (priorityIsWrong(draft) ? t('outputForm.priorityWrong') : null)}
      problem={unread}
      onSave={save}
      deed={id !== null && output && <RemoveOutput id={id} output={output} onClose={onClose} />}
    >
      {id === null && (
        <NativeSelect
          label={t('outputForm.kind')}
          data-testid="output-profile"
          data={profiles?.destinations.map((p) => ({ value: p.id, label: p.name })) ?? []}
          value={chosen ?? ''}
          onChange={(event) => {
            control.dismiss();
            setDraft(withProfile(draft, event.currentTarget.value));
          }}
        />
      )}
      {kind && (
        <p className="kind-line muted">
          <OutputIcon kind={kind} /> {t(`kindWhat.${kind}`)}
        </p>
      )}
      <TextInput
        label={t('outputForm.name')}
        data-testid="output-name"
        maxLength={60}
        error={mark('name')}
        value={draft.name}
        placeholder={profile?.name ?? ''}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {kind && (
        <>
          <AddressFields
            fields={kindFields[kind]}
            draft={draft}
            output={output}
            profile={profile}
            mark={mark}
            onChange={set}
          />
          <KindSettings
            kind={kind}
            layers={[draft.settings, output?.settings, profile?.settings]}
            mark={mark}
            onChange={(change) => set({ settings: { ...draft.settings, ...change } })}
          />
        </>
      )}
      <Checkbox
        label={t('outputForm.withAir')}
        data-testid="output-with-air"
        checked={draft.withAir}
        onChange={(event) => set({ withAir: event.currentTarget.checked })}
      />
      {kind && kindFields[kind].uplink && (
        <SheddingFields
          draft={draft}
          output={output}
          profile={profile}
          mark={mark}
          onChange={set}
        />
      )}
      {output?.order === 'start' && restarts(draft) && (
        <p className="warn" role="status">
          {t('outputForm.restarts')}
        </p>
      )}
      <Checks profile={profile} />
    </FormDialog>
  );
}
