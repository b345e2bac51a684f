// A button for what must never happen by accident: hold it for a second, or confirm in a dialog.
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { PressProps } from './press.tsx';
import { ProblemNote } from './press.tsx';

export interface HoldProps extends Omit<PressProps, 'onPress'> {
  /** Held for the whole second. */
  readonly onHeld: () => void;
  /** Pressed briefly, or by an assistive tool that cannot hold: ask instead. */
  readonly onBrief: () => void;
}

const holdMs = 1000;

const isHoldKey = (event: KeyboardEvent): boolean => event.key === 'Enter' || event.key === ' ';

/** Fills while held; letting go early asks. */
export function Hold(props: HoldProps): ReactNode {
  const { onHeld, onBrief, children, className = '', off = null, pending = false } = props;
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  const cancel = (): void => {
    if (timer.current) clearTimeout(timer.current);
    timer.current = null;
    setHolding(false);
  };
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
    },
    [],
  );

  const begin = (): void => {
    if (off !== null || pending || timer.current) return;
    setHolding(true);
    timer.current = setTimeout(() => {
      cancel();
      onHeld();
    }, holdMs);
  };
  const end = (): void => {
    const brief = timer.current !== null;
    cancel();
    if (brief) onBrief();
  };

  return (
    <span className="press-place">
      <button
        type="button"
        className={`press press-hold ${className}`}
        data-holding={holding}
        title={off ?? props.hint}
        aria-disabled={off !== null}
        aria-busy={pending}
        aria-label={props.label}
        data-testid={props.testId}
        onPointerDown={(event) => {
          if (event.button === 0) begin();
        }}
        onPointerUp={end}
        onPointerLeave={cancel}
        onPointerCancel={cancel}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (!isHoldKey(event)) return;
          event.preventDefault();
          if (!event.repeat) begin();
        }}
        onKeyUp={(event) => {
          if (!isHoldKey(event)) return;
          event.preventDefault();
          end();
        }}
        onBlur={cancel}
        onClick={(event) => {
          // A click without a pointer or key behind it comes from an assistive tool.
          if (event.detail === 0 && off === null && !pending) onBrief();
        }}
      >
        <span className="hold-fill" aria-hidden />
        <span className="hold-face">{children}</span>
      </button>
      {props.problem && <ProblemNote problem={props.problem} onDismiss={props.onDismiss} />}
    </span>
  );
}
