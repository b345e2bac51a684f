// Which page to show: the first welcome, the sign-in, or the studio.
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { OnAirPage } from './on-air/on-air-page.tsx';
import { signOut, whoAmI, type Me } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';
import { SignOutContext } from './session/sign-out.ts';
import { Welcome } from './session/welcome.tsx';
import { StudioProvider } from './studio.tsx';

const retryMs = 1500;

function welcomeToken(): string | null {
  return location.pathname === '/bienvenida' ? new URLSearchParams(location.search).get('t') : null;
}

/** The whole page. */
export function App(): ReactNode {
  const { t } = useTranslation();
  const [token, setToken] = useState(welcomeToken);
  const [me, setMe] = useState<Me | 'nobody' | 'unknown'>('unknown');

  useEffect(() => {
    if (me !== 'unknown' || token !== null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const ask = async (): Promise<void> => {
      const answer = await whoAmI();
      if (left) return;
      if (answer === 'unknown') timer = setTimeout(() => void ask(), retryMs);
      else setMe(answer);
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [me, token]);

  const signedIn = useCallback((who: Me) => {
    history.replaceState(null, '', '/');
    setToken(null);
    setMe(who);
  }, []);
  const signedOut = useCallback(() => setMe('nobody'), []);
  const leave = useCallback(async () => {
    await signOut();
    setMe('nobody');
  }, []);

  if (token !== null) return <Welcome token={token} onSignedIn={signedIn} />;
  if (me === 'unknown') return <p className="waiting">{t('link.waiting')}</p>;
  if (me === 'nobody') return <SignIn onSignedIn={signedIn} />;
  return (
    <SignOutContext value={leave}>
      <StudioProvider key={me.user} me={me} onSignedOut={signedOut}>
        <OnAirPage />
      </StudioProvider>
    </SignOutContext>
  );
}
