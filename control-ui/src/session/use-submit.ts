// Sends what a gate page asked for, once at a time, and keeps why it was refused.
import { useState } from 'react';
import type { Failure } from '../../../server/contract/failures.ts';
import type { Me, SessionAnswer } from './session.ts';

export interface Submit {
  readonly pending: boolean;
  /** `silence`: the server did not answer in its own words. */
  readonly failure: Failure | 'silence' | null;
  readonly submit: () => Promise<void>;
}

/** `ask` is what is sent; it is not called while an answer is awaited. */
export function useSubmit(ask: () => Promise<SessionAnswer>, onSignedIn: (me: Me) => void): Submit {
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | 'silence' | null>(null);
  const submit = async (): Promise<void> => {
    if (pending) return;
    setPending(true);
    setFailure(null);
    const answer = await ask();
    setPending(false);
    if (answer.ok) onSignedIn(answer.me);
    else setFailure(answer.failure ?? 'silence');
  };
  return { pending, failure, submit };
}
