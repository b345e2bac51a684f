// Which text of the switcher is the lower third, and the words used lately.
import type { TextInput } from '../../../server/contract/switcher.ts';

const kept = 12;

/** The text a person chose, else one named like a lower third, else the first. */
export function lowerThirdOf(
  texts: readonly TextInput[],
  chosen: string | null,
): TextInput | undefined {
  return (
    texts.find(({ name }) => name === chosen) ??
    texts.find(({ name }) => /r[óo]tulo|lower.?third|zócalo|cintillo/i.test(name)) ??
    texts[0]
  );
}

/** `recent` with `text` first, without repeats, at most a dozen. */
export function rememberText(recent: readonly string[], text: string): string[] {
  return [text, ...recent.filter((other) => other !== text)].slice(0, kept);
}
