// What a person has written about an output, and the command input it becomes.
import type { CommandInput } from '../../../server/contract/commands.ts';
import type { Output, RadioSettings } from '../../../server/contract/outputs.ts';

/** Empty `url` and `key` mean "as it is" or "as the profile says". */
export interface OutputDraft {
  /** Empty until somebody chose. */
  readonly profile: string;
  readonly name: string;
  readonly url: string;
  readonly key: string;
  readonly withAir: boolean;
  /** Null until somebody changed them. */
  readonly settings: RadioSettings | null;
}

/** The draft a form starts with. */
export function draftOf(output: Output | undefined): OutputDraft {
  return {
    profile: output?.profile ?? '',
    name: output?.name ?? '',
    url: '',
    key: '',
    withAir: output?.withAir ?? true,
    settings: null,
  };
}

const written = (draft: OutputDraft): { url?: string; key?: string; settings?: RadioSettings } => ({
  ...(draft.url.trim() === '' ? {} : { url: draft.url.trim() }),
  ...(draft.key.trim() === '' ? {} : { key: draft.key.trim() }),
  ...(draft.settings === null ? {} : { settings: draft.settings }),
});

/** Input of `output.create`; a name left empty is the profile's. */
export function newOutput(
  draft: OutputDraft,
  profile: { readonly id: string; readonly name: string },
): CommandInput<'output.create'> {
  return {
    name: draft.name.trim() === '' ? profile.name : draft.name.trim(),
    profile: profile.id,
    withAir: draft.withAir,
    ...written(draft),
  };
}

/** Input of `output.update`: only what differs. */
export function changesOf(
  id: string,
  draft: OutputDraft,
  output: Pick<Output, 'name' | 'withAir'>,
): CommandInput<'output.update'> {
  const name = draft.name.trim();
  return {
    id,
    ...(name === '' || name === output.name ? {} : { name }),
    ...(draft.withAir === output.withAir ? {} : { withAir: draft.withAir }),
    ...written(draft),
  };
}
