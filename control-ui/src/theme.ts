// Dark for the control room, light for offices; remembered in this browser.

export type Theme = 'dark' | 'light';
const remembered = 'studio.theme';

/** The theme this browser last used; dark at first. */
export function rememberedTheme(): Theme {
  return localStorage.getItem(remembered) === 'light' ? 'light' : 'dark';
}

/** Shows a theme and remembers it. */
export function applyTheme(theme: Theme): void {
  localStorage.setItem(remembered, theme);
  document.documentElement.dataset['theme'] = theme;
  document.documentElement.dataset['mantineColorScheme'] = theme;
}
