// The page's button: shows at once that it was heard, says why it is off, and why it failed.
import { X } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../command.ts';
import { useWords } from '../words.ts';

export interface PressProps {
  readonly onPress: () => void;
  readonly children: ReactNode;
  readonly className?: string;
  /** Why it cannot be used; shown on hover, to assistive tools and when pressed. */
  readonly off?: string | null;
  readonly pending?: boolean;
  readonly problem?: Problem | null;
  readonly onDismiss?: () => void;
  readonly pressed?: boolean;
  readonly label?: string | undefined;
  /** What it will do, on hover, while it can be used. */
  readonly hint?: string | undefined;
  readonly testId?: string;
}

/** A button whose refusal or failure shows beside it. */
export function Press(props: PressProps): ReactNode {
  const { onPress, children, className = '', off = null, pending = false } = props;
  const [asked, setAsked] = useState(false);
  const noteId = useId();
  const failed = props.problem !== null && props.problem !== undefined;
  const explaining = asked && off !== null;
  return (
    <span className="press-place">
      <button
        type="button"
        className={`press ${className}`}
        title={off ?? props.hint}
        aria-disabled={off !== null}
        aria-busy={pending}
        aria-pressed={props.pressed}
        aria-label={props.label}
        aria-describedby={failed || explaining ? noteId : undefined}
        data-testid={props.testId}
        onClick={() => {
          if (off === null) onPress();
          else setAsked(true);
        }}
        onBlur={() => setAsked(false)}
      >
        {children}
      </button>
      {explaining && (
        <span className="note" role="status" id={noteId}>
          {off}
        </span>
      )}
      {failed && !explaining && props.problem && (
        <ProblemNote id={noteId} problem={props.problem} onDismiss={props.onDismiss} />
      )}
    </span>
  );
}

interface NoteProps {
  readonly problem: Problem;
  readonly id?: string;
  readonly onDismiss?: (() => void) | undefined;
}

/** What went wrong, what is true now, and the code in small print for the phone call. */
export function ProblemNote({ problem, id, onDismiss }: NoteProps): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <span className="note note-problem" role="alert" id={id}>
      <span>
        {words(problem)}
        {problem.present !== null && <b> {t('failure.present', { value: problem.present })}</b>}
        <small>{t('failure.code', { code: problem.code })}</small>
      </span>
      {onDismiss && (
        <button type="button" className="note-close" aria-label={t('do.close')} onClick={onDismiss}>
          <X aria-hidden size={16} />
        </button>
      )}
    </span>
  );
}
