// Picks the reader's language from what the server says in both, and the locale that numbers follow.
import { useTranslation } from 'react-i18next';
import { useSlice } from './studio.tsx';

/** A sentence as the state carries it. */
export interface Words {
  readonly text: string;
  readonly textEn: string;
}

/** The reader's sentence of a pair. */
export function useWords(): (words: Words) => string {
  const { i18n } = useTranslation();
  return (words) => (i18n.language === 'en' ? words.textEn : words.text);
}

/** The reader's sentence of a profile's `{es, en}`. */
export function useBilingual(): (words: { es: string; en: string }) => string {
  const { i18n } = useTranslation();
  return (words) => (i18n.language === 'en' ? words.en : words.es);
}

/** Locale of numbers and dates: the station's own in Spanish, British (24 h) in English. */
export function useLocale(): string {
  const { i18n } = useTranslation();
  const station = useSlice((s) => s.station.locale);
  return i18n.language === 'en' ? 'en-GB' : station;
}

/** How people call who did something: a person's name, the grid, or OBS itself. */
export function useActor(): (actor: string) => string {
  const { t } = useTranslation();
  const people = useSlice((s) => s.people);
  return (actor) => {
    if (actor === 'grid') return t('actor.grid');
    if (actor === 'obs') return t('actor.obs');
    return people[actor]?.name ?? actor;
  };
}
