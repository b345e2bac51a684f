// Adds a destination from a profile, or changes one. The key is written here and never read back.
import { Checkbox, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output, RadioSettings } from '../../../server/contract/outputs.ts';
import type { DestinationProfile } from '../../../server/contract/profiles.ts';
import { useCommand } from '../command.ts';
import { useOff } from '../off.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';
import { useBilingual, useWords } from '../words.ts';
import { elsewhere, fieldIssue } from './field-issue.ts';
import { Forms } from './mantine.tsx';
import { changesOf, draftOf, newOutput, type OutputDraft } from './output-draft.ts';
import { RadioFields } from './radio-fields.tsx';
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
      pending={remove.pending}
      problem={remove.problem}
      onDismiss={remove.dismiss}
      onPress={() => void remove.send({ id }).then((done) => done && onClose())}
    />
  );
}

interface RemoveProps {
  readonly id: string;
  readonly output: Output;
  readonly onClose: () => void;
}

/** The dialog; closes itself once the server accepted. */
export function OutputForm({ id, onClose }: FormProps): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const off = useOff();
  const output = useSlice((s) => (id === null ? undefined : s.outputs[id]));
  const { profiles, problem: unread } = useProfiles();
  const create = useCommand('output.create');
  const update = useCommand('output.update');
  const [draft, setDraft] = useState<OutputDraft>(() => draftOf(output));
  const set = (change: Partial<OutputDraft>): void => setDraft({ ...draft, ...change });

  const chosen = draft.profile === '' ? profiles?.destinations[0]?.id : draft.profile;
  const profile = profiles?.destinations.find((p) => p.id === chosen);
  const control = id === null ? create : update;
  const mark = (field: string): string | null =>
    fieldIssue(control.problem, field, control.problem ? words(control.problem) : '');
  const save = async (): Promise<void> => {
    if (off !== null) return;
    const done =
      id === null
        ? profile && (await create.send(newOutput(draft, profile)))
        : output && (await update.send(changesOf(id, draft, output)));
    if (done) onClose();
  };

  return (
    <Dialog
      title={
        id === null ? t('outputForm.addTitle') : t('outputForm.editTitle', { name: output?.name })
      }
      onClose={onClose}
      actions={
        <>
          {id !== null && output && <RemoveOutput id={id} output={output} onClose={onClose} />}
          <Press onPress={onClose}>{t('do.cancel')}</Press>
          <Press
            className="strong"
            testId="output-save"
            off={off}
            pending={control.pending}
            problem={elsewhere(control.problem, ['name', 'url', 'key']) ?? unread}
            onDismiss={control.dismiss}
            onPress={() => void save()}
          >
            {t(id === null ? 'do.create' : 'do.save')}
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
          {id === null && (
            <NativeSelect
              label={t('outputForm.kind')}
              data-testid="output-profile"
              data={profiles?.destinations.map((p) => ({ value: p.id, label: p.name })) ?? []}
              value={chosen ?? ''}
              onChange={(event) => {
                control.dismiss();
                set({ profile: event.currentTarget.value, settings: null });
              }}
            />
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
            onChange={(event) => set({ url: event.currentTarget.value })}
          />
          <PasswordInput
            label={t('outputForm.key')}
            data-testid="output-key"
            maxLength={500}
            autoComplete="off"
            error={mark('key')}
            description={t(output?.hasKey ? 'outputForm.keyKept' : 'outputForm.keyNever')}
            value={draft.key}
            onChange={(event) => set({ key: event.currentTarget.value })}
          />
          <RadioFields
            settings={
              // Checked by kind: only a radio output has these.
              (output?.kind ?? profile?.kind) === 'icecast'
                ? ((draft.settings ??
                    output?.settings ??
                    profile?.settings ??
                    null) as RadioSettings | null)
                : null
            }
            onChange={(settings) => set({ settings })}
          />
          <Checkbox
            label={t('outputForm.withAir')}
            checked={draft.withAir}
            onChange={(event) => set({ withAir: event.currentTarget.checked })}
          />
          <Checks
            profile={profiles?.destinations.find((p) => p.id === output?.profile) ?? profile}
          />
          <button type="submit" hidden />
        </form>
      </Forms>
    </Dialog>
  );
}
