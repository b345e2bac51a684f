// The words of the public page, Spanish first.

/** Languages of the public page. */
export type PublicLanguage = 'es' | 'en';

/**
 * Spanish, unless English is asked for in the address (`lang`), or the browser (its languages, the
 * liked ones first) asks for English before Spanish: as /en-vivo decides.
 */
export function publicLanguage(asked: unknown, browser: readonly string[]): PublicLanguage {
  if (asked === 'es' || asked === 'en') return asked;
  const known = browser.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag) => tag === 'es' || tag === 'en') === 'en' ? 'en' : 'es';
}

const es = {
  title: 'Programación',
  week: 'Semana',
  now: 'Ahora',
  next: 'Sigue',
  until: 'hasta las',
  nothingNow: 'En este momento no hay un programa en la parrilla.',
  previous: 'Semana anterior',
  thisWeek: 'Esta semana',
  following: 'Semana siguiente',
  time: 'Hora',
  programme: 'Programa',
  department: 'Dependencia',
  access: 'Accesibilidad',
  signLanguage: 'Lengua de señas',
  captions: 'Subtítulos',
  continued: 'continúa',
  today: 'hoy',
  earlierDays: 'Días anteriores de esta semana',
  watch: 'Ver en vivo',
  empty: 'Sin programas',
  weeks: 'Semanas',
  feeds: 'Llevar la programación',
  zone: 'Horas de',
  other: 'English',
  data: 'Datos (JSON)',
  calendar: 'Calendario (iCalendar)',
  guide: 'Guía de TV (XMLTV)',
};

/** Every sentence of the page, by language. */
export const publicWords: Readonly<Record<PublicLanguage, typeof es>> = {
  es,
  en: {
    title: 'Programme guide',
    week: 'Week',
    now: 'Now',
    next: 'Next',
    until: 'until',
    nothingNow: 'There is no programme in the grid at this moment.',
    previous: 'Previous week',
    thisWeek: 'This week',
    following: 'Next week',
    time: 'Time',
    programme: 'Programme',
    department: 'Department',
    access: 'Accessibility',
    signLanguage: 'Sign language',
    captions: 'Captions',
    continued: 'continued',
    today: 'today',
    earlierDays: 'Earlier this week',
    watch: 'Watch live',
    empty: 'No programmes',
    weeks: 'Weeks',
    feeds: 'Take the guide with you',
    zone: 'Times in',
    other: 'Español',
    data: 'Data (JSON)',
    calendar: 'Calendar (iCalendar)',
    guide: 'TV guide (XMLTV)',
  },
};
