// The frame, fields and failure of the two pages that stand before the studio.
import { TriangleAlert } from 'lucide-react';
import {
  useEffect,
  useId,
  useState,
  type HTMLInputAutoCompleteAttribute,
  type ReactNode,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../../../server/contract/failures.ts';
import type { PublicLive } from '../../../server/contract/public-live.ts';

interface GateProps {
  readonly title: string;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** Whose studio it is, as everybody may know; null until the server has said so. */
function useStationName(): string | null {
  const [name, setName] = useState<string | null>(null);
  useEffect(() => {
    let left = false;
    const read = async (): Promise<void> => {
      const answer = await fetch('/api/v1/public/live.json');
      if (!answer.ok) return;
      const { station } = (await answer.json()) as PublicLive;
      if (!left) setName(station.name);
    };
    // The page is of use without it.
    read().catch(() => undefined);
    return () => {
      left = true;
    };
  }, []);
  return name;
}

/** One form in the middle under the station's name, with the language switch. */
export function Gate({ title, onSubmit, children }: GateProps): ReactNode {
  const { t, i18n } = useTranslation();
  const station = useStationName();
  const language = i18n.language === 'en' ? 'es' : 'en';
  return (
    <main className="gate">
      <p className="gate-station">
        <img src="/icon.svg" alt="" width={40} height={40} />
        {station}
      </p>
      <form
        className="gate-form"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <h1>{title}</h1>
        {children}
      </form>
      <button
        type="button"
        className="press plain"
        lang={language}
        data-testid="language"
        onClick={() => void i18n.changeLanguage(language)}
      >
        {t('menu.otherLanguage')}
      </button>
    </main>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly testId: string;
  readonly type?: 'text' | 'password';
  readonly autoComplete?: HTMLInputAutoCompleteAttribute;
  readonly hint?: string;
}

/** A labelled field. */
export function Field(props: FieldProps): ReactNode {
  const { label, value, onChange, testId, type = 'text', autoComplete, hint } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        required
        autoCapitalize="none"
        spellCheck={false}
        autoComplete={autoComplete}
        aria-describedby={hint ? `${id}-hint` : undefined}
        data-testid={testId}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

/** Why it was refused; `silence` when the server did not answer. */
export function FailureWords({ failure }: { readonly failure: Failure | 'silence' }): ReactNode {
  const { t, i18n } = useTranslation();
  return (
    <p className="warn" role="alert">
      <TriangleAlert aria-hidden size={18} />{' '}
      {failure === 'silence'
        ? t('failure.silence')
        : i18n.language === 'en'
          ? failure.messageEn
          : failure.message}
    </p>
  );
}
