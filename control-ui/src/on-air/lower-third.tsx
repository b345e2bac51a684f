// RÓTULO: the words of the lower third, put on screen and taken out.
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { StudioState } from '../../../server/contract/state.ts';
import { useCommand } from '../command.ts';
import { useSwitcherOff } from '../off.ts';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';
import { lowerThirdOf, lowerThirds, rememberText } from './lower-third-text.ts';

const remembered = 'studio.texts';

function recentTexts(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(remembered) ?? '[]');
    return Array.isArray(kept) ? kept.filter((text) => typeof text === 'string') : [];
  } catch {
    return [];
  }
}

function itemIn(scene: string | null, source: string | undefined) {
  return (s: StudioState) =>
    s.switcher.scenes
      .find(({ name }) => name === scene)
      ?.items.find((item) => item.source === source);
}

/** The text field with Entrar and Sacar; says whether the words are on screen now. */
export function LowerThird(): ReactNode {
  const { t } = useTranslation();
  const listId = useId();
  const texts = useSlice((s) => s.switcher.texts);
  const program = useSlice((s) => s.switcher.program);
  const [chosen, setChosen] = useState<string | null>(null);
  const offered = lowerThirds(texts);
  const target = lowerThirdOf(texts, chosen);
  const item = useSlice(itemIn(program, target?.name));
  const [words, setWords] = useState('');
  const [recent, setRecent] = useState(recentTexts);
  const set = useCommand('switcher.text');
  const show = useCommand('switcher.item');
  const switcherOff = useSwitcherOff();
  const off = switcherOff ?? (target ? null : t('lowerThird.none'));
  const current = target?.text.trim() ?? '';

  const enter = async (): Promise<void> => {
    if (!target || words.trim() === '') return;
    const done = await set.send({ input: target.name, text: words });
    if (done === null) return;
    const next = rememberText(recent, words);
    setRecent(next);
    localStorage.setItem(remembered, JSON.stringify(next));
    if (item && !item.enabled && program !== null) {
      await show.send({ scene: program, item: item.id, enabled: true });
    }
  };

  return (
    <form
      className="lower-third"
      aria-label={t('lowerThird.title')}
      onSubmit={(event) => {
        event.preventDefault();
        if (off === null) void enter();
      }}
    >
      <h2>{t('lowerThird.title')}</h2>
      {offered.length > 1 && (
        <select
          aria-label={t('lowerThird.which')}
          value={target?.name ?? ''}
          onChange={(event) => setChosen(event.target.value)}
        >
          {offered.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
      <input
        type="text"
        list={listId}
        maxLength={500}
        autoComplete="off"
        aria-label={t('lowerThird.field')}
        placeholder={t('lowerThird.example')}
        data-testid="lower-third"
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <datalist id={listId}>
        {recent.map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
      <span className="row">
        <Press
          testId="lower-third-in"
          off={off ?? (words.trim() === '' ? t('lowerThird.empty') : null)}
          pending={set.pending || show.pending}
          problem={set.problem ?? show.problem}
          onDismiss={set.problem ? set.dismiss : show.dismiss}
          onPress={() => void enter()}
        >
          {t('do.enter')}
        </Press>
        <Press
          testId="lower-third-out"
          off={off ?? (current === '' ? t('lowerThird.out') : null)}
          pending={set.pending}
          onPress={() => target && void set.send({ input: target.name, text: '' })}
        >
          {t('do.remove')}
        </Press>
      </span>
      <span className="lower-third-now" data-shown={current !== '' && item?.enabled === true}>
        {program === null
          ? t('lowerThird.unsure')
          : current === ''
            ? t('lowerThird.nothing')
            : t(item?.enabled ? 'lowerThird.shown' : 'lowerThird.notInScene', { text: current })}
      </span>
    </form>
  );
}
