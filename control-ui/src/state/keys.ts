// Which key does what, and when a key is only somebody typing.

export type KeyAction =
  { do: 'take' } | { do: 'panic' } | { do: 'help' } | { do: 'preview'; index: number };

/** The facts of a key press that decide; `focus` is what has the focus and how it got it. */
export interface KeyPress {
  readonly key: string;
  readonly repeat: boolean;
  readonly modified: boolean;
  /** `text` field or list, `control` reached with the keyboard, or `page` (anything else). */
  readonly focus: 'text' | 'control' | 'page';
  readonly dialogOpen: boolean;
}

/**
 * The action of a key, or null. A held key acts once; with a dialog open or while typing only F9
 * acts, because "Ya regresamos" must work whatever is on the screen. Space on a control that was
 * reached with the keyboard presses that control instead.
 */
export function keyAction(press: KeyPress): KeyAction | null {
  if (press.repeat || press.modified) return null;
  if (press.key === 'F9') return { do: 'panic' };
  if (press.dialogOpen || press.focus === 'text') return null;
  if (press.key === ' ') return press.focus === 'control' ? null : { do: 'take' };
  if (press.key === '?') return { do: 'help' };
  if (/^[1-9]$/.test(press.key)) return { do: 'preview', index: Number(press.key) - 1 };
  return null;
}
