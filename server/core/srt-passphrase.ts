// What libsrt takes as a passphrase.
import type { Words } from './errors.ts';

/** Bytes of a passphrase of SRT (libsrt: SRTO_PASSPHRASE). */
const srtPassphraseBytes = { least: 10, most: 79 } as const;

/** Why `text` cannot be an SRT passphrase, in words for the person who typed it; null when it can. */
export function passphraseProblem(text: string): Words | null {
  const bytes = new TextEncoder().encode(text).length;
  const { least, most } = srtPassphraseBytes;
  if (/[\r\n]/.test(text)) {
    return {
      es: 'La frase de contraseña SRT no puede tener saltos de línea.',
      en: 'The SRT passphrase cannot have line breaks.',
    };
  }
  if (bytes >= least && bytes <= most) return null;
  return {
    es: `La frase de contraseña SRT debe tener de ${least} a ${most} caracteres; esta tiene ${bytes}.`,
    en: `The SRT passphrase must have ${least} to ${most} characters; this one has ${bytes}.`,
  };
}
