// Asks before something that people would notice, for whoever cannot hold a button.
import type { ReactNode } from 'react';
import type { CommandName } from '../../../server/contract/commands.ts';
import { answerOf, type Control } from '../command.ts';
import { useOff } from '../off.ts';
import { Dialog } from './dialog.tsx';
import { Press } from './press.tsx';

interface ConfirmProps<N extends CommandName> {
  readonly title: string;
  /** Words of the way out, which is the strong button, and of the deed. */
  readonly stay: string;
  readonly confirm: string;
  readonly testId: string;
  readonly control: Control<N>;
  /** Sends the command; answers null when it was refused. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Closes once the server did it. */
export function ConfirmDialog<N extends CommandName>(props: ConfirmProps<N>): ReactNode {
  const off = useOff();
  const confirm = async (): Promise<void> => {
    if ((await props.onConfirm()) !== null) props.onClose();
  };
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Press className="strong" onPress={props.onClose}>
            {props.stay}
          </Press>
          <Press
            testId={props.testId}
            off={off}
            {...answerOf(props.control)}
            onPress={() => void confirm()}
          >
            {props.confirm}
          </Press>
        </>
      }
    >
      {props.children}
    </Dialog>
  );
}
