// Where the page begins: language, theme, and the first drawing.
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { App } from './app.tsx';
import { createLanguages } from './i18n.ts';
import { applyTheme, rememberedTheme } from './theme.ts';
// oxlint-disable-next-line import/no-unassigned-import -- Vite collects the styles
import './style/index.css';

applyTheme(rememberedTheme());
const place = document.getElementById('page');
if (!place) throw new Error('index.html has no #page');
createRoot(place).render(
  <I18nextProvider i18n={createLanguages()}>
    <App />
  </I18nextProvider>,
);
