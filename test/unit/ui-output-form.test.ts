// What the output form sends, and what it shows before anybody changed anything.
import { describe, expect, it } from 'vitest';
import { fieldIssue, elsewhere } from '../../control-ui/src/forms/field-issue.ts';
import {
  defaultSettings,
  kindFields,
  settingsPaths,
  shownSettings,
} from '../../control-ui/src/forms/kind-settings.ts';
import { kbpsOf } from '../../control-ui/src/forms/megabits-typed.ts';
import {
  changesOf,
  draftOf,
  newOutput,
  priorityIsWrong,
  priorityOf,
  restarts,
  withProfile,
} from '../../control-ui/src/forms/output-draft.ts';
import { simplestFirst } from '../../control-ui/src/forms/unit-order.ts';
import { commands } from '../../server/contract/commands.ts';
import { settingsOfKind } from '../../server/contract/outputs.ts';

const profile = { id: 'youtube', name: 'YouTube' };
const empty = draftOf(undefined);

describe('a new output', () => {
  it('leaves out what was left empty, and takes the profile’s name', () => {
    expect(newOutput(empty, profile)).toEqual({
      name: 'YouTube',
      profile: 'youtube',
      withAir: true,
    });
  });
  it('carries everything written, as the contract takes it', () => {
    const input = newOutput(
      {
        ...empty,
        name: ' Vertical ',
        url: ' rtmps://a/b ',
        key: ' k ',
        settings: { fit: 'blur' },
        backup: true,
        backupUrl: 'rtmps://c/d',
        priority: '7',
        mayShed: true,
      },
      profile,
    );
    expect(input).toEqual({
      name: 'Vertical',
      profile: 'youtube',
      withAir: true,
      url: 'rtmps://a/b',
      key: 'k',
      settings: { fit: 'blur' },
      backupUrl: 'rtmps://c/d',
      priority: 7,
      mayShed: true,
    });
    expect(commands['output.create'].input.safeParse(input).success).toBe(true);
  });
  it('says no to the profile’s backup address only when somebody did', () => {
    expect(newOutput({ ...empty, backup: false, backupUrl: 'rtmps://c/d' }, profile)).toMatchObject(
      {
        backupUrl: null,
      },
    );
    expect(newOutput({ ...empty, backup: true }, profile)).not.toHaveProperty('backupUrl');
  });
  it('forgets everything but the name when another platform is chosen', () => {
    const draft = {
      ...empty,
      name: 'X',
      url: 'rtmps://a/b',
      key: 'de-otra',
      settings: { fileMinutes: 5 },
      priority: '3',
      backup: false,
    };
    expect(withProfile(draft, 'srt')).toEqual({ ...empty, profile: 'srt', name: 'X' });
  });
});

describe('a changed output', () => {
  const output = { name: 'YouTube', withAir: true, priority: 20, mayShed: false };
  const draft = { ...empty, name: 'YouTube', priority: '20' };
  it('sends only what differs, and never an empty key', () => {
    expect(changesOf('o1', draft, output)).toEqual({ id: 'o1' });
    const changed = { ...draft, name: ' Otro ', key: ' abc ', withAir: false, priority: '9' };
    expect(changesOf('o1', changed, output)).toEqual({
      id: 'o1',
      name: 'Otro',
      key: 'abc',
      withAir: false,
      priority: 9,
    });
    expect(changesOf('o1', { ...draft, mayShed: false }, output)).toEqual({ id: 'o1' });
    expect(changesOf('o1', { ...draft, mayShed: true }, output)).toEqual({
      id: 'o1',
      mayShed: true,
    });
  });
  it('restarts itself for an address, a key or settings, not for a name or a place in the order', () => {
    expect(restarts({ ...draft, name: 'Z', withAir: false, priority: '1', mayShed: true })).toBe(
      false,
    );
    for (const change of [
      { url: 'rtmp://a/b' },
      { key: 'k' },
      { settings: { width: 720 } },
      { backup: false },
      { backupUrl: 'rtmp://c/d' },
    ]) {
      expect(restarts({ ...draft, ...change })).toBe(true);
    }
  });
  it('takes a priority from 1 to 99 and nothing else', () => {
    expect(
      ['1', ' 42 ', '99', '', '0', '100', 'x', '1,5'].map((p) => priorityOf({ priority: p })),
    ).toEqual([1, 42, 99, undefined, undefined, undefined, undefined, undefined]);
  });
  it('says so of anything else that was typed, and takes an empty one as it is', () => {
    const wrong = ['0', '100', '-1', '1,5', 'x'].map((p) => priorityIsWrong({ priority: p }));
    expect(wrong).toEqual([true, true, true, true, true]);
    const right = ['', ' ', '1', ' 99 '].map((p) => priorityIsWrong({ priority: p }));
    expect(right).toEqual([false, false, false, false]);
  });
});

describe('settings of a kind', () => {
  it('begin as the contract has them', () => {
    for (const [kind, schema] of Object.entries(settingsOfKind)) {
      if (schema === null) expect(defaultSettings).not.toHaveProperty(kind);
      else expect(defaultSettings[kind as keyof typeof defaultSettings]).toEqual(schema.parse({}));
    }
  });
  it('are what was changed, else what is kept, else the profile’s, else the kind’s own', () => {
    expect(
      shownSettings(
        'vertical',
        { focus: 0.8 },
        { focus: 0.1, width: 1080 },
        { width: 720, fit: 'blur' },
      ),
    ).toEqual({ fit: 'blur', focus: 0.8, width: 1080, videoKbps: 2500 });
    expect(shownSettings('recording', {}, undefined, null)).toEqual(defaultSettings.recording);
  });
  it('are named as the server names them when it refuses one', () => {
    expect(settingsPaths('srt')).toEqual(['settings.latencyMs', 'settings.streamId']);
    expect(settingsPaths('rtmp')).toEqual([]);
    for (const [kind, schema] of Object.entries(settingsOfKind)) {
      const fields = Object.keys(schema?.shape ?? {}).map((field) => `settings.${field}`);
      expect(settingsPaths(kind as keyof typeof kindFields).toSorted()).toEqual(fields.toSorted());
    }
  });
  it('ask for an address and a key only where there is one', () => {
    expect(kindFields.recording).toEqual({
      address: false,
      key: null,
      backup: false,
      uplink: false,
    });
    expect(kindFields.srt.key).toBe('passphrase');
    expect(kindFields.rtmp.backup).toBe(true);
  });
});

describe('a refusal', () => {
  const problem = {
    code: 'invalid' as const,
    text: 'x',
    textEn: 'x',
    present: null,
    issues: [
      { path: 'user', message: '' },
      { path: 'roles.0', message: '' },
    ],
  };
  const words = { first: 'la primera', also: 'otra' };
  it('is said at the first field it names; other fields have words of their own', () => {
    expect(fieldIssue(problem, 'user', words)).toBe('la primera');
    expect(fieldIssue(problem, 'roles', words)).toBe('otra');
    expect(fieldIssue(problem, 'role', words)).toBeNull();
    expect(fieldIssue(null, 'user', words)).toBeNull();
  });
  it('is said beside the button only when no field says it', () => {
    expect(elsewhere(problem, ['user'])).toBeNull();
    expect(elsewhere(problem, ['name'])).toBe(problem);
  });
});

describe('typed Mb/s', () => {
  it.each([
    ['20', 20_000],
    ['12,5', 12_500],
    [' 12.5 Mb/s ', 12_500],
    ['', null],
    ['0', undefined],
    ['veinte', undefined],
    ['1,2,3', undefined],
    ['99999', undefined],
  ])('%j is %j kb/s', (typed, kbps) => expect(kbpsOf(typed)).toBe(kbps));
});

describe('kinds of field units', () => {
  const unit = (name: string, cameras: number, expectedKbps = 4000) => ({
    id: name.toLowerCase(),
    name,
    feeds: Array.from({ length: cameras }, (_, i) => ({ label: String(i) })),
    expectedKbps,
    degradedBelow: 0.5,
    hint: { es: 'x', en: 'x' },
  });
  it('offer what a crew has in its pocket first', () => {
    const units = [unit('LiveU', 4, 5000), unit('Mochila', 1, 8000), unit('Celular', 1)];
    expect(simplestFirst(units).map(({ name }) => name)).toEqual(['Celular', 'Mochila', 'LiveU']);
  });
});
