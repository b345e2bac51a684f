// Which texts of the switcher are lower thirds, and the words used lately.
import type { TextInput } from '../../../server/contract/switcher.ts';

const kept = 12;

const namedLikeOne = ({ name }: TextInput): boolean =>
  /r[óo]tulo|lower.?third|zócalo|cintillo/i.test(name);

/**
 * The texts that an operator may write on the air: the station's lower third and whatever else is
 * named like one. A scene's own titles and clock stay out; but in an OBS that has no lower third by
 * any of these signs every text is offered, since only a person knows.
 *
 * `texts` as the state has them: by name, with the station's lower third before all others when OBS has it.
 */
export function lowerThirds(texts: readonly TextInput[]): readonly TextInput[] {
  const [first, second] = texts;
  if (!first || !second) return texts;
  // The first one stands there by its rank when its name would put it elsewhere.
  const ranked = first.name.localeCompare(second.name, 'es') > 0;
  const fit = texts.filter((text) => namedLikeOne(text) || (ranked && text === first));
  return fit.length === 0 ? texts : fit;
}

/** The text a person chose, else the station's own, else one named like a lower third, else the first. */
export function lowerThirdOf(
  texts: readonly TextInput[],
  chosen: string | null,
): TextInput | undefined {
  const offered = lowerThirds(texts);
  return offered.find(({ name }) => name === chosen) ?? offered[0];
}

/** `recent` with `text` first, without repeats, at most a dozen. */
export function rememberText(recent: readonly string[], text: string): string[] {
  return [text, ...recent.filter((other) => other !== text)].slice(0, kept);
}
