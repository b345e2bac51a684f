// Air's memory: the last accepted order, encrypted on disk, so that air carries on alone after a restart.
import { readFileSync } from 'node:fs';
import { airOrder, type AirOrder } from '../contract/air-link.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { createNewestFile } from './newest-file.ts';

export interface OrderFile {
  /** The order kept; null when there is none or it cannot be used (logged, never thrown). */
  read(): AirOrder | null;
  /**
   * Keeps it, holding nobody up. Resolves when it, or one given after it, is durable; rejects when
   * the disk refuses.
   */
  write(order: AirOrder): Promise<void>;
  /** Forgets the order: what was stopped on purpose must not start by itself. */
  clear(): Promise<void>;
  /** Resolves when nothing is being written any more; never rejects. */
  settled(): Promise<void>;
  /** Writes at once what is not durable yet: for the moment the process ends. Never throws. */
  finish(): void;
}

const context = 'air-order';

/** The order in the file `path`, sealed by `box` because it holds every stream key. */
export function createOrderFile(path: string, box: SecretBox, log: Log, clock: Clock): OrderFile {
  const file = createNewestFile(path, clock);
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
    write: (order) => file.write(() => box.seal(JSON.stringify(order), context)),
    clear: () => file.remove(),
    settled: () => file.settled(),
    finish: () => file.finish(),
  };
}
