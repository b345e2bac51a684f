// The page's two languages, bundled: Spanish first, English second.
import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './locales/en.json';
import es from './locales/es.json';

export type Language = 'es' | 'en';
const remembered = 'studio.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'page';
    resources: { page: typeof es };
  }
}

function setDocument(language: string): void {
  document.documentElement.lang = language;
}

/** The translator, in the language this browser last used (Spanish at first). */
export function createLanguages(): i18n {
  const instance = createInstance();
  const language: Language = localStorage.getItem(remembered) === 'en' ? 'en' : 'es';
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'es',
    defaultNS: 'page',
    resources: { es: { page: es }, en: { page: en } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  setDocument(language);
  instance.on('languageChanged', (next) => {
    localStorage.setItem(remembered, next);
    setDocument(next);
  });
  return instance;
}
