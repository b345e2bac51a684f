// The control side of the link to the air process: one air at a time on socket.io namespace /air.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Namespace, Socket } from 'socket.io';
import { z } from 'zod';
import {
  airContractVersion,
  airHandshake,
  airReport,
  type airOrder,
  type AirReport,
  type ControlToAir,
  type OrderAnswer,
} from '../contract/air-link.ts';
import { failure } from '../contract/failures.ts';
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { StudioError, toFailure, type Words } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** What the outputs room needs of the air process. */
export interface AirLink {
  connected(): boolean;
  /** Address air dialled from, for reading its monitor; null while none is connected. */
  remoteAddress(): string | null;
  /** The contract the connected air announced; null while none is connected. */
  contract(): number | null;
  /** Who was not let in within the last seconds, and why; null when nobody was turned away. */
  refusedLately(): { readonly address: string; readonly words: Words } | null;
  /** Each returns its removal. */
  onConnect(listener: () => void): () => void;
  onDisconnect(listener: () => void): () => void;
  onReport(listener: (report: AirReport) => void): () => void;
  /** Air's answer within 2 s; throws `unavailable` when none is connected, `timeout` when it is late. */
  sendOrder(order: z.input<typeof airOrder>): Promise<OrderAnswer>;
  /** Asks air to stop everything and exit; resolves when it has gone, or after 10 s. */
  shutdown(): Promise<void>;
}

/** The link and its socket side; `createWeb` calls `attach` once. */
export interface AirLinkAdapter extends AirLink {
  attach(namespace: Namespace): void;
}

/** Who was let in, and what it speaks. */
interface Admitted {
  readonly id: string;
  readonly contract: number;
}

type AirSocket = Socket<{ report: (report: unknown) => void }, ControlToAir>;

const answerMs = 2000;
const shutdownMs = 10_000;
const most = { outputs: 500, feeds: 1000 };
/** One that is refused dials on, twice a second: the same refusal is written down this often. */
const refusalMs = 60_000;
/** Longer than the time between two tries. */
const latelyMs = 5000;
const orderAnswer = z.union([
  z.object({ ok: z.literal(true), rev: z.number().int() }),
  failure.extend({ ok: z.literal(false) }),
]);

/** Makes the link; `token` is the secret both sides read from the data folder. */
export function createAirLink(ports: {
  readonly token: string;
  readonly clock: Clock;
  readonly log: Log;
}): AirLinkAdapter {
  const { clock, log } = ports;
  const secret = digest(ports.token);
  let air: (Admitted & { socket: AirSocket }) | null = null;
  let badReports = 0;
  let refused = { what: '', at: -Infinity };
  let turnedAway: { address: string; words: Words; at: number } | null = null;
  const listeners = {
    connect: new Set<() => void>(),
    disconnect: new Set<() => void>(),
    report: new Set<(report: AirReport) => void>(),
  };

  function admit(auth: unknown): Admitted | StudioError {
    const shake = airHandshake.safeParse(auth);
    if (!shake.success || !timingSafeEqual(digest(shake.data.token), secret)) {
      return new StudioError('unauthenticated', {
        es: 'El proceso de emisión no trae la clave de este servidor.',
        en: 'The air process does not carry the key of this server.',
      });
    }
    const { airId, contract } = shake.data;
    if (Math.abs(contract - airContractVersion) > 1) {
      return new StudioError('conflict', {
        es: `El proceso de emisión habla la versión ${contract} y este servidor la ${airContractVersion}: actualice el más antiguo.`,
        en: `The air process speaks version ${contract} and this server ${airContractVersion}: update the older one.`,
      });
    }
    // The first keeps the air: a second one would send the program twice to every destination.
    if (air && air.id !== airId && air.socket.connected) {
      return new StudioError('conflict', {
        es: 'Ya hay otro proceso de emisión conectado.',
        en: 'Another air process is connected already.',
      });
    }
    return { id: airId, contract };
  }

  function noteRefusal(address: string, { code, words }: StudioError): void {
    turnedAway = { address: address.replace(/^::ffff:/, ''), words, at: clock.mono() };
    const what = `${address} ${words.en}`;
    if (what === refused.what && clock.mono() - refused.at < refusalMs) return;
    refused = { what, at: clock.mono() };
    log.warn({ address, code, why: words.en }, 'air refused');
  }

  function adopt(socket: AirSocket, admitted: Admitted): void {
    const { id, contract } = admitted;
    // The same air on a new line: the old line is dead even if nobody noticed yet.
    const old = air;
    air = { socket, id, contract };
    old?.socket.disconnect(true);
    log.info({ airId: id, contract, address: socket.handshake.address }, 'air connected');
    socket.on('report', (raw) => {
      if (air?.socket !== socket) return;
      const parsed = airReport.safeParse(raw);
      if (!parsed.success || tooLarge(parsed.data)) {
        badReports += 1;
        if (badReports === 1 || badReports % 100 === 0) {
          const issue = parsed.error?.issues[0];
          log.warn({ badReports, path: issue?.path.join('.') }, 'air report not understood');
        }
        return;
      }
      for (const listener of listeners.report) guarded(() => listener(parsed.data));
    });
    socket.on('disconnect', () => {
      if (air?.socket !== socket) return;
      air = null;
      log.warn({ airId: id }, 'air disconnected');
      for (const listener of listeners.disconnect) guarded(listener);
    });
    for (const listener of listeners.connect) guarded(listener);
  }

  /** A listener's fault is its own: the socket and the other listeners go on. */
  function guarded(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      log.error({ err: error }, 'air listener failed');
    }
  }

  return {
    attach(namespace) {
      namespace.use((socket, next) => {
        const answer = admit(socket.handshake.auth);
        if (answer instanceof StudioError) {
          noteRefusal(socket.handshake.address, answer);
          next(Object.assign(new Error(answer.code), { data: toFailure(answer) }));
        } else {
          (socket.data as { airId?: string }).airId = answer.id;
          next();
        }
      });
      namespace.on('connection', (socket) => {
        // Two may have passed the door at the same time; only one stays.
        const answer = admit(socket.handshake.auth);
        if (answer instanceof StudioError) socket.disconnect(true);
        else adopt(socket as AirSocket, answer);
      });
    },
    connected: () => air !== null,
    remoteAddress: () => air?.socket.handshake.address.replace(/^::ffff:/, '') ?? null,
    contract: () => air?.contract ?? null,
    refusedLately() {
      if (!turnedAway || clock.mono() - turnedAway.at > latelyMs) return null;
      return { address: turnedAway.address, words: turnedAway.words };
    },
    onConnect: (listener) => add(listeners.connect, listener),
    onDisconnect: (listener) => add(listeners.disconnect, listener),
    onReport: (listener) => add(listeners.report, listener),
    async sendOrder(order) {
      const socket = air?.socket;
      if (!socket) {
        throw new StudioError('unavailable', {
          es: 'El proceso de emisión no está conectado.',
          en: 'The air process is not connected.',
        });
      }
      const answer = new Promise<unknown>((resolve) => {
        socket.emit('order', order, resolve);
      });
      return orderAnswer.parse(await withDeadline(clock, answerMs, lateWords, answer));
    },
    async shutdown() {
      const socket = air?.socket;
      if (!socket) return;
      const gone = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
      socket.emit('shutdown', () => log.info({}, 'air is stopping'));
      await withDeadline(clock, shutdownMs, lateWords, gone).catch(() => undefined);
    },
  };
}

function add<T>(set: Set<T>, listener: T): () => void {
  set.add(listener);
  return () => void set.delete(listener);
}

const lateWords: Words = {
  es: 'El proceso de emisión no respondió a tiempo.',
  en: 'The air process did not answer in time.',
};

function tooLarge(report: AirReport): boolean {
  return (
    Object.keys(report.outputs).length > most.outputs ||
    Object.keys(report.feeds).length > most.feeds
  );
}

/** Digests have one length, so comparing them tells nothing about the secret's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
