// The one-time page that sets the first administrator's password.
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureWords, Field, Gate } from './gate.tsx';
import { setUp, type Me } from './session.ts';
import { useSubmit } from './use-submit.ts';

/** The contract's least length of a password. */
const shortest = 10;

interface WelcomeProps {
  /** From the link printed at start-up. */
  readonly token: string;
  readonly onSignedIn: (me: Me) => void;
}

/** Asks for the password twice, sets it, and signs in. */
export function Welcome({ token, onSignedIn }: WelcomeProps): ReactNode {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const { pending, failure, submit } = useSubmit(() => setUp(token, password), onSignedIn);
  const tooShort = password.length < shortest;
  const differs = again !== '' && again !== password;
  const complete = !tooShort && password === again;
  return (
    <Gate title={t('welcome.title')} onSubmit={() => complete && void submit()}>
      <p>{t('welcome.text')}</p>
      <Field
        label={t('welcome.password')}
        testId="welcome-password"
        type="password"
        autoComplete="new-password"
        hint={t('welcome.hint', { count: shortest })}
        value={password}
        onChange={setPassword}
      />
      <Field
        label={t('welcome.again')}
        testId="welcome-again"
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={setAgain}
      />
      {differs && (
        <p className="warn" role="status">
          {t('welcome.differs')}
        </p>
      )}
      {failure && <FailureWords failure={failure} />}
      <button
        type="submit"
        className="press strong"
        data-testid="welcome-submit"
        aria-busy={pending}
        disabled={!complete}
      >
        {t('welcome.submit')}
      </button>
    </Gate>
  );
}
