// One measurement of the upload at a time: started by a person, ended by itself, never while on the air.
import type { StudioState } from '../../contract/state.ts';
import type { AlarmLatch } from '../../core/alarm-latch.ts';
import type { Audit } from '../../core/audit.ts';
import type { Clock } from '../../core/clock.ts';
import { StudioError, type Words } from '../../core/errors.ts';
import type { StateStore } from '../../core/state-store.ts';
import type { Measured } from './capacity.ts';
import type { UploadTest } from './upload-test.ts';
import { mbps } from './uplink-words.ts';

export interface MeasuringPorts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly latch: AlarmLatch;
  readonly uploadTest: UploadTest;
  /** Where to send to; null: nowhere. */
  readonly url: string | null;
  readonly onResult: (measured: Measured) => void;
}

export interface Measuring {
  /** Starts, and fails at once with what fails at once; `conflict` on the air, `unavailable` without an address. */
  start(): Promise<void>;
  /** Share done, 0 to 1; null while none runs. */
  share(): number | null;
  /** Ends a measurement that is in the way of the air. */
  check(): void;
  /** Ends one that runs and waits for its end. */
  close(): Promise<void>;
}

/** A refusal of the far end comes this soon, ms; the answer to the command does not wait longer. */
const refusalMs = 1000;

/** Makes it; the result goes to `onResult` and the audit log, a failure into an alarm as well. */
export function createMeasuring(ports: MeasuringPorts): Measuring {
  const { store, clock, audit, latch } = ports;
  let closed = false;
  let running: { share: number; stop: AbortController; ended: Promise<unknown> } | null = null;

  function showShare(): void {
    store.change((draft) => {
      draft.uplink.measuring = running?.share ?? null;
    });
  }

  async function run(url: string, stop: AbortController): Promise<StudioError | null> {
    try {
      const kbps = await ports.uploadTest({
        url,
        signal: stop.signal,
        onProgress(share) {
          if (running) running.share = share;
          showShare();
        },
      });
      running = null;
      record(true, `Se midió la subida: ${mbps(kbps).es} Mb/s.`, { kbps });
      ports.onResult({ kbps, at: clock.now(), how: 'test' });
      return null;
    } catch (error) {
      running = null;
      const failure =
        error instanceof StudioError
          ? error
          : new StudioError('internal', broken, { cause: error });
      record(false, failure.words.es, {});
      return failure;
    } finally {
      showShare();
    }
  }

  /** Told to everybody when the one who asked was already answered. Over as soon as it is said. */
  function tell(failure: StudioError | null): void {
    if (failure === null || failure.code === 'conflict' || closed) return;
    latch.set('uplink-measure', { severity: 'warning', what: failure.words, advice: afterwards });
    latch.set('uplink-measure', null);
  }

  function record(ok: boolean, reason: string, detail: Record<string, unknown>): void {
    audit.record({ actor: 'uplink', action: 'uplink.measured', reason, ok, detail });
  }

  return {
    async start() {
      if (ports.url === null) throw new StudioError('unavailable', nowhere);
      if (running)
        throw new StudioError('conflict', already, { context: { present: 'measuring' } });
      if (isBusy(store.get())) {
        throw new StudioError('conflict', onAir, { context: { present: 'onAir' } });
      }
      const stop = new AbortController();
      running = { share: 0, stop, ended: Promise.resolve() };
      const ended = run(ports.url, stop);
      running.ended = ended;
      showShare();
      let cancel = (): void => undefined;
      const soon = new Promise<null>((resolve) => {
        cancel = clock.after(refusalMs, () => resolve(null));
      });
      const failure = await Promise.race([ended, soon]);
      cancel();
      if (failure) throw failure;
      void ended.then(tell);
    },
    share: () => running?.share ?? null,
    check() {
      if (running && isBusy(store.get())) {
        running.stop.abort(new StudioError('conflict', interrupted));
      }
    },
    async close() {
      closed = true;
      const last = running;
      last?.stop.abort(new StudioError('unavailable', closing));
      await last?.ended;
    },
  };
}

/** Whether pictures go out or are about to; radio goes on all day and takes next to nothing. */
function isBusy({ air, outputs }: Pick<StudioState, 'air' | 'outputs'>): boolean {
  return (
    air.order === 'live' ||
    air.onAir ||
    Object.values(outputs).some(
      (o) => o.order === 'start' && o.needKbps > 0 && o.kind !== 'icecast',
    )
  );
}

const nowhere: Words = {
  es: 'No hay servidor contra el cual medir: ponga su dirección en «uplink.testUrl» de profiles/station.json y reinicie, o escriba la cifra a mano.',
  en: 'There is no server to measure against: put its address in “uplink.testUrl” of profiles/station.json and restart, or enter the figure by hand.',
};
const already: Words = {
  es: 'Ya se está midiendo. Espere unos segundos.',
  en: 'It is being measured already. Wait a few seconds.',
};
const onAir: Words = {
  es: 'No se mide al aire: la prueba le quitaría la subida a las salidas. Hágala antes o después de la emisión.',
  en: 'No measuring on the air: the test would take the upload from the outputs. Do it before or after the broadcast.',
};
const interrupted: Words = {
  es: 'La medición se detuvo porque comenzó la emisión.',
  en: 'The measurement was stopped because the broadcast began.',
};
const closing: Words = {
  es: 'La medición se detuvo porque se cierra el servidor.',
  en: 'The measurement was stopped because the server is closing.',
};
const broken: Words = {
  es: 'La medición falló por una causa no reconocida. Repítala; si se repite, avise a soporte.',
  en: 'The measurement failed for an unrecognised reason. Try again; if it repeats, tell support.',
};
const afterwards: Words = {
  es: 'La cifra anterior, si la había, sigue valiendo. También puede escribirla a mano.',
  en: 'The former figure, if any, still counts. You can also enter it by hand.',
};
