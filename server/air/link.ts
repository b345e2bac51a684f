// Air's end of the link to control: dials for ever, takes orders, sends reports.
import { io, type Socket } from 'socket.io-client';
import {
  airContractVersion,
  airOrder,
  type AirHandshake,
  type AirOrder,
  type AirReport,
  type AirToControl,
  type ControlToAir,
  type OrderAnswer,
} from '../contract/air-link.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { invalidInput, StudioError, toFailure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { reportFor } from './report-contract.ts';

export interface LinkPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** In [0,1), for the jitter of reconnections. */
  readonly random: () => number;
  /** Control's address; the namespace `/air` is added. */
  readonly controlUrl: string;
  readonly airId: string;
  readonly pid: number;
  /** The link's secret, read anew at each try; null while control has not made it. */
  token(): string | null;
  /** Revision of the order in force; null before the first. */
  presentRev(): number | null;
  /** Puts an order in force; what it throws is what control is told. Resolves when it is kept on disk. */
  accept(order: AirOrder): Promise<void>;
  report(): AirReport;
  /** Control wants everything stopped, and this process gone. */
  shutdown(): void;
}

export interface Link {
  /** Something changed: a report leaves within 100 ms. */
  changed(): void;
  readonly connected: boolean;
  close(): void;
}

/** Short: the page is right again only once air has dialled a control that came back. */
const retry = { firstMs: 100, maxMs: 500 };
const answerMs = 2000;
/**
 * An order in force is answered when a crash cannot lose it, or after this: control keeps it as well,
 * and a person's button must not fail for a disk that takes its time over two orders in a row.
 */
export const keptMs = 250;
const coalesceMs = 100;
const reportMs = 500;

/** Dials control and keeps dialling: at most half a second between tries, whatever the reason for the last end. */
export function createLink(ports: LinkPorts): Link {
  const { clock, log } = ports;
  const socket: Socket<ControlToAir, AirToControl> = io(`${ports.controlUrl}/air`, {
    autoConnect: false,
    // Ours below: the client's own gives up when the server ends the session or refuses the token.
    reconnection: false,
    forceNew: true,
    transports: ['websocket'],
    timeout: answerMs,
    auth: (give) => give({ ...handshake() }),
  });
  let attempt = 0;
  let lastTrouble = '';
  let closed = false;
  /** The first order of a connection is control's present will, whatever its revision. */
  let fresh = true;
  /** The contract control speaks, as its last order said; kept while it is away. */
  let spoken = airContractVersion;
  let cancelRetry: Cancel | null = null;
  let cancelReport: Cancel | null = null;
  let reportedAt = -Infinity;

  function handshake(): AirHandshake {
    return {
      token: ports.token() ?? '',
      contract: airContractVersion,
      airId: ports.airId,
      pid: ports.pid,
    };
  }

  function dial(): void {
    cancelRetry = null;
    if (closed) return;
    if (ports.token() === null) trouble('no link secret yet');
    else socket.connect();
  }

  function trouble(what: string): void {
    if (closed) return;
    if (what !== lastTrouble) log.warn({ what }, 'not connected to control; trying on');
    lastTrouble = what;
    cancelRetry?.();
    cancelRetry = clock.after(backoffMs(retry, attempt, ports.random), dial);
    attempt += 1;
  }

  function send(): void {
    cancelReport?.();
    cancelReport = null;
    if (!socket.connected) return;
    reportedAt = clock.mono();
    // Volatile: a report that cannot leave now is worthless when the next is made.
    socket.volatile.emit('report', reportFor(ports.report(), spoken));
  }

  /** What control is told, and what it waits for first. */
  function take(raw: unknown): { readonly answer: OrderAnswer; readonly kept: Promise<void> } {
    try {
      const order = readOrder(raw);
      const present = ports.presentRev();
      if (!fresh && present !== null && order.rev < present) throw stale(present);
      fresh = false;
      spoken = order.contract;
      const kept = ports.accept(order);
      return { answer: { ok: true, rev: order.rev }, kept };
    } catch (error) {
      if (!(error instanceof StudioError)) log.error({ err: error }, 'an order failed');
      return { answer: { ok: false, ...toFailure(error) }, kept: Promise.resolve() };
    }
  }

  socket.on('connect', () => {
    attempt = 0;
    lastTrouble = '';
    fresh = true;
    log.info({}, 'connected to control');
    send();
  });
  socket.on('connect_error', (error) => trouble(error.message));
  socket.on('disconnect', (reason) => trouble(reason));
  socket.on('order', (raw: unknown, ack: unknown) => {
    const { answer, kept } = take(raw);
    log.info(
      { ok: answer.ok, ...(answer.ok ? { rev: answer.rev } : { code: answer.code }) },
      'order',
    );
    send();
    if (typeof ack !== 'function') return;
    const late = new Promise<void>((resolve) => void clock.after(keptMs, resolve));
    void Promise.race([kept, late]).then(() => (ack as (answer: OrderAnswer) => void)(answer));
  });
  socket.on('shutdown', (ack: unknown) => {
    log.info({}, 'control orders the end');
    if (typeof ack === 'function') (ack as () => void)();
    ports.shutdown();
  });

  const cancelBeat = clock.every(reportMs, send);
  dial();
  return {
    changed() {
      if (cancelReport || !socket.connected) return;
      const wait = Math.max(0, reportedAt + coalesceMs - clock.mono());
      cancelReport = clock.after(wait, send);
    },
    get connected() {
      return socket.connected;
    },
    close() {
      closed = true;
      cancelBeat();
      cancelRetry?.();
      cancelReport?.();
      socket.disconnect();
    },
  };
}

/** An order of this contract or a neighbour's; unknown fields of a newer one are left out. */
function readOrder(raw: unknown): AirOrder {
  const contract = (raw as { contract?: unknown } | null)?.contract;
  if (typeof contract === 'number' && Math.abs(contract - airContractVersion) > 1) {
    throw new StudioError(
      'invalid',
      {
        es: 'El control y el proceso de emisión son de versiones demasiado distintas. Actualice ambos.',
        en: 'Control and the air process are of versions too far apart. Update both.',
      },
      { context: { present: airContractVersion } },
    );
  }
  const parsed = airOrder.safeParse(raw);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}

function stale(present: number): StudioError {
  return new StudioError(
    'conflict',
    {
      es: 'Esa orden es más vieja que la vigente.',
      en: 'That order is older than the one in force.',
    },
    { context: { present } },
  );
}
