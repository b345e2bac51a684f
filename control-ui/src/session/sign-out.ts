// Lets any component sign out without knowing what the page shows next.
import { createContext, useContext } from 'react';

/** Ends the session and shows the sign-in page. */
export const SignOutContext = createContext<() => Promise<void>>(() => Promise.resolve());

export function useOnSignOut(): () => Promise<void> {
  return useContext(SignOutContext);
}
