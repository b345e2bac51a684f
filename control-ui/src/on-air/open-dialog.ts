// Which dialogs there are, and how any control opens one.
import { createContext, useContext } from 'react';

/** The dialogs of the page. */
export type OpenDialog =
  | { kind: 'goLive' | 'stopAir' | 'alarms' | 'help' | 'addOutput' | 'addUnit' | 'people' }
  | { kind: 'continuity' }
  /** `from`: the dialog that it gives way to again when it closes. */
  | { kind: 'uplink'; from?: 'goLive' }
  | { kind: 'output' | 'stopOutput' | 'unit'; id: string };

export interface Dialogs {
  readonly open: (dialog: OpenDialog) => void;
}

export const DialogsContext = createContext<Dialogs | null>(null);

/** Opens dialogs. */
export function useDialogs(): Dialogs {
  const dialogs = useContext(DialogsContext);
  if (!dialogs) throw new Error('useDialogs outside DialogsProvider');
  return dialogs;
}
