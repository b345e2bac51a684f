// The page's two languages: the browser's own at first, then the one chosen here.
import en from './locales/en.json';
import es from './locales/es.json';

export type Language = 'es' | 'en';
export type Word = keyof typeof es;
const all: Readonly<Record<Language, Readonly<Record<Word, string>>>> = { es, en };
const remembered = 'en-vivo.language';

export interface Words {
  readonly language: Language;
  /** The sentence, with `{name}` replaced by `values.name`. */
  readonly say: (word: Word, values?: Readonly<Record<string, string>>) => string;
}

export function wordsIn(language: Language): Words {
  return {
    language,
    say: (word, values = {}) =>
      all[language][word].replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
  };
}

/** Spanish, unless the person chose English or the browser asks for it and not for Spanish. */
export function firstLanguage(chosen: string | null, browser: readonly string[]): Language {
  if (chosen === 'es' || chosen === 'en') return chosen;
  const known = browser.map((tag) => tag.slice(0, 2).toLowerCase());
  const first = known.find((tag) => tag === 'es' || tag === 'en');
  return first === 'en' ? 'en' : 'es';
}

/** `?lang=` of the address: who comes from the guide goes on in its language. */
export function askedLanguage(): string | null {
  return new URLSearchParams(location.search).get('lang');
}

/** Takes `lang` out of the address, once another language was chosen here. */
export function forgetAskedLanguage(): void {
  const url = new URL(location.href);
  url.searchParams.delete('lang');
  history.replaceState(null, '', url);
}

export function rememberedLanguage(): string | null {
  try {
    return localStorage.getItem(remembered);
  } catch {
    // Storage may be forbidden: the page works without.
    return null;
  }
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(remembered, language);
  } catch {
    // As above.
  }
}
