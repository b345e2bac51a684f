// A number chosen from a short list; one that is not in the list stays as it is.
import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';

interface ChoiceProps {
  readonly label: string;
  readonly values: readonly number[];
  readonly value: number;
  /** A value with its unit. */
  readonly say: (value: number) => string;
  readonly onChange: (value: number) => void;
  readonly description?: string;
  /** Why it was refused. */
  readonly error?: string | null;
  readonly testId?: string;
}

/** The field. */
export function Choice(props: ChoiceProps): ReactNode {
  const { values, value } = props;
  const all = values.includes(value) ? values : [...values, value].toSorted((a, b) => a - b);
  return (
    <NativeSelect
      label={props.label}
      description={props.description}
      error={props.error}
      data-testid={props.testId}
      data={all.map((one) => ({ value: String(one), label: props.say(one) }))}
      value={String(value)}
      onChange={(event) => props.onChange(Number(event.currentTarget.value))}
    />
  );
}
