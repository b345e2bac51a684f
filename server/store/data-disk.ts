// Watches the disk that holds what must not be lost: says so before it is full, and keeps a reserve on it.
import type { AlarmLatch } from '../core/alarm-latch.ts';
import type { AlarmWords } from '../core/alarms.ts';
import type { Clock } from '../core/clock.ts';
import { freeBytesAt, tooLittle } from '../core/free-space.ts';
import type { Log } from '../core/log.ts';
import type { DiskReserve } from './disk-reserve.ts';

/** Weeks of a station's data, and an afternoon to make room. */
const lowBytes = 500 * 1000 * 1000;
const everyMs = 10_000;

const low: AlarmWords = {
  severity: 'warning',
  what: {
    es: 'Quedan menos de 500 MB en el disco de datos.',
    en: 'Less than 500 MB are left on the data disk.',
  },
  advice: {
    es: 'Libere espacio pronto: allí se guardan las órdenes, las cuentas y lo que salió al aire.',
    en: 'Make room soon: orders, accounts and the evidence of what was on the air are kept there.',
  },
};
const full: AlarmWords = {
  severity: 'critical',
  what: {
    es: 'El disco de datos está lleno.',
    en: 'The data disk is full.',
  },
  advice: {
    es: 'Libere espacio ya. Lo que está al aire sigue; cuando se acabe la pequeña reserva, nadie podrá entrar ni ordenar nada.',
    en: 'Make room now. What is on the air goes on; when the small reserve is gone, nobody can sign in or order anything.',
  },
};

/** Looks now and each ten seconds, and sets the reserve aside again whenever there is room. */
export function watchDataDisk(ports: {
  readonly clock: Clock;
  readonly log: Log;
  readonly latch: AlarmLatch;
  readonly folder: string;
  readonly reserve: DiskReserve;
}): { close(): void } {
  const { clock, log, latch, folder, reserve } = ports;
  let short = false;
  let busy = false;
  let closed = false;

  async function look(): Promise<void> {
    const whole = await reserve.restore();
    short = tooLittle(short, await freeBytesAt(folder), lowBytes);
    if (!closed) latch.set('data-disk', whole ? (short ? low : null) : full);
  }
  function lookOnce(): void {
    // A disk that hangs is asked once.
    if (busy) return;
    busy = true;
    look()
      .catch((error: unknown) => log.warn({ err: error }, 'the data disk could not be looked at'))
      .finally(() => {
        busy = false;
      });
  }
  lookOnce();
  const stop = clock.every(everyMs, lookOnce);
  return {
    close() {
      closed = true;
      stop();
    },
  };
}
