// What a person has written about an output, and the command input it becomes.
import type { CommandInput } from '../../../server/contract/commands.ts';
import type { Output, OutputSettings } from '../../../server/contract/outputs.ts';
import type { DestinationProfile } from '../../../server/contract/profiles.ts';

/** Empty `url`, `key` and `backupUrl` mean "as it is" or "as the profile says". */
export interface OutputDraft {
  /** Empty until somebody chose. */
  readonly profile: string;
  readonly name: string;
  readonly url: string;
  readonly key: string;
  readonly withAir: boolean;
  /** Only the settings somebody changed. */
  readonly settings: OutputSettings;
  /** Whether a second address is tried; null until somebody said. */
  readonly backup: boolean | null;
  readonly backupUrl: string;
  /** As typed; empty is the profile's or the present one. */
  readonly priority: string;
  /** Null until somebody said. */
  readonly mayShed: boolean | null;
}

/** The draft a form starts with. */
export function draftOf(output: Output | undefined): OutputDraft {
  return {
    profile: output?.profile ?? '',
    name: output?.name ?? '',
    url: '',
    key: '',
    withAir: output?.withAir ?? true,
    settings: {},
    backup: null,
    backupUrl: '',
    priority: output ? String(output.priority) : '',
    mayShed: null,
  };
}

/** The draft after another platform was chosen: a key written for one must never go to another. */
export function withProfile(draft: OutputDraft, profile: string): OutputDraft {
  const { name, withAir } = draft;
  return { ...draftOf(undefined), profile, name, withAir };
}

/** The typed priority, 1 to 99; undefined while it is not one. */
export function priorityOf({ priority }: Pick<OutputDraft, 'priority'>): number | undefined {
  const value = Number(priority.trim());
  return /^\d{1,2}$/.test(priority.trim()) && value >= 1 ? value : undefined;
}

/** Whether something was typed that is no priority: it must be said, never passed over. */
export function priorityIsWrong(draft: Pick<OutputDraft, 'priority'>): boolean {
  return draft.priority.trim() !== '' && priorityOf(draft) === undefined;
}

type Written = Pick<
  CommandInput<'output.create'>,
  'url' | 'key' | 'settings' | 'backupUrl' | 'mayShed'
>;

function written(draft: OutputDraft): Written {
  const url = draft.url.trim();
  const key = draft.key.trim();
  const backupUrl = draft.backupUrl.trim();
  return {
    ...(url === '' ? {} : { url }),
    ...(key === '' ? {} : { key }),
    ...(Object.keys(draft.settings).length === 0 ? {} : { settings: draft.settings }),
    ...(draft.backup === false ? { backupUrl: null } : backupUrl === '' ? {} : { backupUrl }),
    ...(draft.mayShed === null ? {} : { mayShed: draft.mayShed }),
  };
}

/** Input of `output.create`; a name left empty is the profile's. */
export function newOutput(
  draft: OutputDraft,
  profile: Pick<DestinationProfile, 'id' | 'name'>,
): CommandInput<'output.create'> {
  const priority = priorityOf(draft);
  return {
    name: draft.name.trim() === '' ? profile.name : draft.name.trim(),
    profile: profile.id,
    withAir: draft.withAir,
    ...written(draft),
    ...(priority === undefined ? {} : { priority }),
  };
}

/** Input of `output.update`: only what differs. */
export function changesOf(
  id: string,
  draft: OutputDraft,
  output: Pick<Output, 'name' | 'withAir' | 'priority' | 'mayShed'>,
): CommandInput<'output.update'> {
  const name = draft.name.trim();
  const priority = priorityOf(draft);
  const { mayShed, ...rest } = written(draft);
  return {
    id,
    ...(name === '' || name === output.name ? {} : { name }),
    ...(draft.withAir === output.withAir ? {} : { withAir: draft.withAir }),
    ...rest,
    ...(mayShed === undefined || mayShed === output.mayShed ? {} : { mayShed }),
    ...(priority === undefined || priority === output.priority ? {} : { priority }),
  };
}

/** Whether saving restarts the output itself (and nobody else) when it runs. */
export function restarts(draft: OutputDraft): boolean {
  const { mayShed: _orderOnly, ...rest } = written(draft);
  return Object.keys(rest).length > 0;
}
