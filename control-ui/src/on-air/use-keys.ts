// Connects the keyboard to the switcher.
import { useEffect } from 'react';
import { keyAction, type KeyPress } from '../state/keys.ts';
import { useSlice } from '../studio.tsx';
import { useDialogs } from './open-dialog.ts';
import { useSwitching } from './switching.tsx';

const textFields = 'input, textarea, select, [contenteditable="true"]';
const controls = 'button, a[href], summary, [role="tab"]';

function focusKind(byKeyboard: boolean): KeyPress['focus'] {
  const focused = document.activeElement;
  if (focused?.matches(textFields)) return 'text';
  return byKeyboard && focused?.matches(controls) ? 'control' : 'page';
}

/** Space takes, 1–9 preview, F9 Ya regresamos, ? help; see `keyAction` for when they do not. */
export function useKeys(): void {
  const { doPreview, doTake, doPanic } = useSwitching();
  const scenes = useSlice((s) => s.switcher.scenes);
  const dialogs = useDialogs();
  useEffect(() => {
    // A button just clicked keeps the focus; space must then still take, not click it again.
    let byKeyboard = false;
    const pointer = (): void => {
      byKeyboard = false;
    };
    const keyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Tab') byKeyboard = true;
      const action = keyAction({
        key: event.key,
        repeat: event.repeat,
        modified: event.ctrlKey || event.altKey || event.metaKey,
        focus: focusKind(byKeyboard),
        dialogOpen: document.querySelector('dialog[open], [popover]:popover-open') !== null,
      });
      if (!action) return;
      event.preventDefault();
      if (action.do === 'take') {
        // Firefox clicks the focused button when space is let go.
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        doTake();
      } else if (action.do === 'panic') doPanic();
      else if (action.do === 'help') dialogs.open({ kind: 'help' });
      else {
        const scene = scenes[action.index];
        if (scene) doPreview(scene.name);
      }
    };
    document.addEventListener('pointerdown', pointer, true);
    document.addEventListener('keydown', keyDown);
    return () => {
      document.removeEventListener('pointerdown', pointer, true);
      document.removeEventListener('keydown', keyDown);
    };
  }, [doPreview, doTake, doPanic, scenes, dialogs]);
}
