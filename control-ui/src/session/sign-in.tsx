// The sign-in page.
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureWords, Field, Gate } from './gate.tsx';
import { signIn, type Me } from './session.ts';
import { useSubmit } from './use-submit.ts';

/** Asks for name and password until the server accepts them. */
export function SignIn({ onSignedIn }: { readonly onSignedIn: (me: Me) => void }): ReactNode {
  const { t } = useTranslation();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const { pending, failure, submit } = useSubmit(() => signIn(user.trim(), password), onSignedIn);
  return (
    <Gate title={t('signIn.title')} onSubmit={() => void submit()}>
      <Field
        label={t('signIn.user')}
        testId="sign-in-user"
        autoComplete="username"
        value={user}
        onChange={setUser}
      />
      <Field
        label={t('signIn.password')}
        testId="sign-in-password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      {failure && <FailureWords failure={failure} />}
      <button
        type="submit"
        className="press strong"
        data-testid="sign-in-submit"
        aria-busy={pending}
        disabled={user.trim() === '' || password === ''}
      >
        {t('signIn.submit')}
      </button>
    </Gate>
  );
}
