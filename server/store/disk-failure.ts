// What a statement fails of when the disk is at fault: told to people as that, not as a mistake of ours.
import { StudioError, type Words } from '../core/errors.ts';

/** By SQLite's primary result code. */
const disk: Readonly<Record<number, Words>> = {
  5: {
    es: 'Otro programa tiene ocupada la base de datos; no se cambió nada. Intente de nuevo.',
    en: 'Another program keeps the database busy; nothing was changed. Try again.',
  },
  8: {
    es: 'El disco de datos no se puede escribir; no se cambió nada. Revise sus permisos.',
    en: 'The data disk cannot be written to; nothing was changed. Check its permissions.',
  },
  10: {
    es: 'El disco de datos falla; no se cambió nada. Revíselo cuanto antes.',
    en: 'The data disk fails; nothing was changed. Check it as soon as you can.',
  },
  13: {
    es: 'El disco de datos está lleno; no se cambió nada. Libere espacio e intente de nuevo.',
    en: 'The data disk is full; nothing was changed. Make room and try again.',
  },
};

/** Runs `statement`; what it throws because of the disk becomes `unavailable` in words. */
export function inWords<T>(statement: () => T): T {
  try {
    return statement();
  } catch (cause) {
    const words = disk[Number((cause as { errcode?: unknown }).errcode ?? 0) & 0xff];
    throw words ? new StudioError('unavailable', words, { cause }) : cause;
  }
}
