// A form in a dialog: cancel, save, and a refusal beside the button unless a field shows it already.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../command.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Press } from '../parts/press.tsx';
import { useWords } from '../words.ts';
import { elsewhere, fieldIssue } from './field-issue.ts';
import { Forms } from './mantine.tsx';

/** What a form needs to know of the command behind it. */
interface Sender {
  readonly pending: boolean;
  readonly problem: Problem | null;
  readonly dismiss: () => void;
}

/** The sentence that a refusal has for a field; null while it has none. */
export type Mark = (field: string) => string | null;

/** Marks for the fields of a form sent by `control`. */
export function useMarks(control: Pick<Sender, 'problem'>): Mark {
  const { t } = useTranslation();
  const words = useWords();
  return (field) =>
    fieldIssue(control.problem, field, {
      first: control.problem ? words(control.problem) : '',
      also: t('form.also'),
    });
}

interface FormDialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly control: Sender;
  /** Fields that show their own refusal. */
  readonly fields: readonly string[];
  readonly save: string;
  readonly saveTestId: string;
  /** Why it cannot be saved by this person or now. */
  readonly off: string | null;
  readonly onSave: () => Promise<void>;
  /** Something else that went wrong, e.g. the choices could not be fetched. */
  readonly problem?: Problem | null;
  /** Another deed of this dialog, at the far side of the buttons. */
  readonly deed?: ReactNode;
  readonly children: ReactNode;
}

/** The dialog; Enter saves. */
export function FormDialog(props: FormDialogProps): ReactNode {
  const { t } = useTranslation();
  const { control, off } = props;
  const save = (): void => {
    if (off === null) void props.onSave();
  };
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          {props.deed}
          <Press onPress={props.onClose}>{t('do.cancel')}</Press>
          <Press
            className="strong"
            testId={props.saveTestId}
            off={off}
            pending={control.pending}
            problem={elsewhere(control.problem, props.fields) ?? props.problem ?? null}
            onDismiss={control.dismiss}
            onPress={save}
          >
            {props.save}
          </Press>
        </>
      }
    >
      <Forms>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          {props.children}
          <button type="submit" hidden />
        </form>
      </Forms>
    </Dialog>
  );
}
