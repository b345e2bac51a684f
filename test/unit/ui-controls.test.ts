// What a press does and who may do what: keys by focus, permissions by role.
import { describe, expect, it } from 'vitest';
import { keyAction, type KeyPress } from '../../control-ui/src/state/keys.ts';
import { may } from '../../control-ui/src/state/permissions.ts';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  repeat: false,
  modified: false,
  focus: 'page',
  dialogOpen: false,
  ...change,
});

describe('keys', () => {
  it('takes, previews, covers and helps', () => {
    expect(keyAction(press(' '))).toEqual({ do: 'take' });
    expect(keyAction(press('3'))).toEqual({ do: 'preview', index: 2 });
    expect(keyAction(press('F9'))).toEqual({ do: 'panic' });
    expect(keyAction(press('?'))).toEqual({ do: 'help' });
    expect(keyAction(press('0'))).toBeNull();
  });
  it('acts once while held, and never with Ctrl, Alt or Meta', () => {
    expect(keyAction(press(' ', { repeat: true }))).toBeNull();
    expect(keyAction(press('1', { modified: true }))).toBeNull();
  });
  it('does not fire while typing or in a dialog, except F9', () => {
    for (const away of [{ focus: 'text' as const }, { dialogOpen: true }]) {
      expect(keyAction(press(' ', away))).toBeNull();
      expect(keyAction(press('1', away))).toBeNull();
      expect(keyAction(press('F9', away))).toEqual({ do: 'panic' });
    }
  });
  it('leaves space to a control that was reached with the keyboard', () => {
    expect(keyAction(press(' ', { focus: 'control' }))).toBeNull();
    expect(keyAction(press('2', { focus: 'control' }))).toEqual({ do: 'preview', index: 1 });
  });
});

describe('permissions', () => {
  it('lets an administrator do everything, and operators and producers look', () => {
    expect(may(['admin'], 'operator')).toBe(true);
    expect(may(['operator'], 'operator')).toBe(true);
    expect(may(['operator'], 'viewer')).toBe(true);
    expect(may(['producer'], 'viewer')).toBe(true);
    expect(may(['producer'], 'operator')).toBe(false);
    expect(may(['viewer'], 'operator')).toBe(false);
    expect(may(['field'], 'viewer')).toBe(false);
    expect(may([], 'viewer')).toBe(false);
  });
});
