// Air's memory: the last accepted order, encrypted on disk, so that air carries on alone after a restart.
import { readFileSync, rmSync } from 'node:fs';
import { airOrder, type AirOrder } from '../contract/air-link.ts';
import { writeFileAtomic } from '../core/atomic-file.ts';
import type { Log } from '../core/log.ts';
import type { SecretBox } from '../core/secret-box.ts';

export interface OrderFile {
  /** The order kept; null when there is none or it cannot be used (logged, never thrown). */
  read(): AirOrder | null;
  /** Durable when it returns; throws when the disk refuses. */
  write(order: AirOrder): void;
  /** Forgets the order: what was stopped on purpose must not start by itself. */
  clear(): void;
}

const context = 'air-order';

/** The order in the file `path`, sealed by `box` because it holds every stream key. */
export function createOrderFile(path: string, box: SecretBox, log: Log): OrderFile {
  return {
    read() {
      let sealed: string;
      try {
        sealed = readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
          log.error({ err: error }, 'the last order cannot be read; waiting for control');
        }
        return null;
      }
      try {
        return airOrder.parse(JSON.parse(box.open(sealed, context)));
      } catch (error) {
        // The reason's class only: a parser's message may quote what it read.
        const name = error instanceof Error ? error.name : 'unknown';
        log.error({ reason: name }, 'the last order is damaged; waiting for control');
        return null;
      }
    },
    write: (order) => writeFileAtomic(path, box.seal(JSON.stringify(order), context)),
    clear: () => rmSync(path, { force: true }),
  };
}
