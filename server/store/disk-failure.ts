// What a statement fails of when the disk is at fault: told to people as that, not as a mistake of ours.
import { StudioError, type Words } from '../core/errors.ts';

/** By SQLite's primary result code. */
const failures: Readonly<Record<number, Words>> = {
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

const full = 13;
const codeOf = (error: unknown): number =>
  Number((error as { errcode?: unknown } | null)?.errcode ?? 0) & 0xff;

/** The connection, and the room that was set aside on its disk. */
export interface FullDisk {
  /** Within a transaction just now. */
  readonly isTransaction: boolean;
  /** Gives back the room; false when there is none. */
  release(): boolean;
}

/** What a statement on `raw` falls back on. */
export function fullDisk(
  raw: { readonly isTransaction: boolean },
  reserve: { readonly release: () => boolean },
): FullDisk {
  return {
    get isTransaction() {
      return raw.isTransaction;
    },
    release: () => reserve.release(),
  };
}

/**
 * Runs `statement`, on a full disk once more with the room that was set aside for that; what it throws
 * because of the disk becomes `unavailable` in words.
 */
export function inWords<T>(disk: FullDisk, statement: () => T): T {
  const { isTransaction } = disk;
  try {
    return statement();
  } catch (cause) {
    // Where the failure ended the transaction, what came before is gone: the room is for the next try.
    const again = codeOf(cause) === full && disk.release() && disk.isTransaction === isTransaction;
    if (again) return told(statement);
    throw inItsWords(cause);
  }
}

function told<T>(statement: () => T): T {
  try {
    return statement();
  } catch (cause) {
    throw inItsWords(cause);
  }
}

function inItsWords(cause: unknown): unknown {
  const words = failures[codeOf(cause)];
  return words ? new StudioError('unavailable', words, { cause }) : cause;
}
