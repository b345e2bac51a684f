// A button that asks to be pressed a second time before it does what cannot be undone.
import { useState, type ReactNode } from 'react';
import { Press, type PressProps } from '../parts/press.tsx';

interface TwiceProps extends Omit<PressProps, 'children'> {
  readonly words: string;
  /** What it asks after the first press. */
  readonly sure: string;
}

/** Forgets the first press when the focus leaves it. */
export function Twice({ words, sure, onPress, ...props }: TwiceProps): ReactNode {
  const [asked, setAsked] = useState(false);
  return (
    <span onBlur={() => setAsked(false)}>
      <Press
        {...props}
        onPress={() => {
          if (asked) onPress();
          setAsked(!asked);
        }}
      >
        {asked ? sure : words}
      </Press>
    </span>
  );
}
