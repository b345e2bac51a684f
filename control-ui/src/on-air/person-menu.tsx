// Who is signed in, with language, theme, help and the way out.
import { ChevronDown, UserRound } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnSignOut } from '../session/sign-out.ts';
import { may } from '../state/permissions.ts';
import { useRoles, useStudio } from '../studio.tsx';
import { applyTheme, rememberedTheme, type Theme } from '../theme.ts';
import { useDialogs } from './open-dialog.ts';

/** A menu on the browser's own popover: Escape and a press outside close it. */
export function PersonMenu(): ReactNode {
  const { t, i18n } = useTranslation();
  const { me } = useStudio();
  const roles = useRoles();
  const dialogs = useDialogs();
  const signOut = useOnSignOut();
  const menu = useRef<HTMLDivElement>(null);
  const [theme, setTheme] = useState<Theme>(rememberedTheme);
  const close = (): void => menu.current?.hidePopover();
  const held = roles.map((role) => t(`role.${role}`)).join(', ');
  const language = i18n.language === 'en' ? 'es' : 'en';

  return (
    <div className="person">
      <button type="button" className="press plain person-name" popoverTarget="person-menu">
        <UserRound aria-hidden size={20} className="person-shape" />
        <span className="person-words">
          {me.name}
          <small>{held}</small>
        </span>
        <ChevronDown aria-hidden size={18} />
      </button>
      <div ref={menu} id="person-menu" popover="auto" className="menu" aria-label={t('menu.label')}>
        <p className="menu-who">
          {me.name}
          <small>{held}</small>
        </p>
        <button
          type="button"
          lang={language}
          data-testid="language"
          onClick={() => void i18n.changeLanguage(language)}
        >
          {t('menu.otherLanguage')}
        </button>
        <button
          type="button"
          data-testid="theme"
          onClick={() => {
            const next = theme === 'dark' ? 'light' : 'dark';
            applyTheme(next);
            setTheme(next);
          }}
        >
          {t(theme === 'dark' ? 'menu.light' : 'menu.dark')}
        </button>
        <button
          type="button"
          onClick={() => {
            close();
            dialogs.open({ kind: 'help' });
          }}
        >
          {t('menu.help')}
        </button>
        <a href="/programacion" target="_blank" rel="noreferrer">
          {t('menu.week')}
        </a>
        {may(roles, 'admin') && (
          <button
            type="button"
            data-testid="people"
            onClick={() => {
              close();
              dialogs.open({ kind: 'people' });
            }}
          >
            {t('menu.people')}
          </button>
        )}
        <button type="button" data-testid="sign-out" onClick={() => void signOut()}>
          {t('menu.signOut')}
        </button>
      </div>
    </div>
  );
}
