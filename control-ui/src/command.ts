// One command as a control sees it: in flight, refused (and why), or quiet.
import type { i18n } from 'i18next';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandInput, CommandName, CommandOutput } from '../../server/contract/commands.ts';
import type { FailureCode, Issue } from '../../server/contract/failures.ts';
import type { LocalFailure } from './state/link.ts';
import { useStudio } from './studio.tsx';
import type { Words } from './words.ts';

/** Why a press did not do what it says, in both languages, with what the present value is on a conflict. */
export interface Problem extends Words {
  readonly code: FailureCode;
  readonly present: string | null;
  readonly issues: readonly Issue[];
}

export interface Control<N extends CommandName> {
  /** True from the press until the answer. */
  readonly pending: boolean;
  readonly problem: Problem | null;
  /** Sends unless one is in flight; gives the output, or null when refused or ignored. */
  readonly send: (input: CommandInput<N>) => Promise<CommandOutput<N> | null>;
  readonly dismiss: () => void;
}

/** What a button shows of a control: that it was heard, and why it failed. */
export function answerOf<N extends CommandName>(
  control: Control<N>,
): { pending: boolean; problem: Problem | null; onDismiss: () => void } {
  return { pending: control.pending, problem: control.problem, onDismiss: control.dismiss };
}

/** A control for command `name`. */
export function useCommand<N extends CommandName>(name: N): Control<N> {
  const { link } = useStudio();
  const { i18n: languages } = useTranslation();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const inFlight = useRef(false);

  const send = useCallback(
    async (input: CommandInput<N>): Promise<CommandOutput<N> | null> => {
      if (inFlight.current) return null;
      inFlight.current = true;
      setPending(true);
      setProblem(null);
      const answer = await link.send(name, input);
      inFlight.current = false;
      setPending(false);
      if (answer.ok) return answer.output;
      setProblem('local' in answer ? localProblem(languages, answer) : refusal(answer));
      return null;
    },
    [link, languages, name],
  );
  const dismiss = useCallback(() => setProblem(null), []);
  return useMemo(() => ({ pending, problem, send, dismiss }), [pending, problem, send, dismiss]);
}

function localProblem(languages: i18n, { local }: LocalFailure): Problem {
  return {
    code: local === 'notSent' ? 'unavailable' : 'timeout',
    text: languages.getFixedT('es')(`failure.${local}`),
    textEn: languages.getFixedT('en')(`failure.${local}`),
    present: null,
    issues: [],
  };
}

interface Refusal {
  readonly code: FailureCode;
  readonly message: string;
  readonly messageEn: string;
  readonly context?: { present?: unknown; issues?: Issue[] | undefined } | undefined;
}

function refusal({ code, message, messageEn, context }: Refusal): Problem {
  const present = context?.present;
  return {
    code,
    text: message,
    textEn: messageEn,
    present: typeof present === 'string' ? present : null,
    issues: context?.issues ?? [],
  };
}
