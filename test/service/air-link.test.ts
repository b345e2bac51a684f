// Air's end of the link, against a real socket.io server in control's place.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { afterEach, describe, expect, it } from 'vitest';
import { createLink, keptMs, type Link, type LinkPorts } from '../../server/air/link.ts';
import {
  airContractVersion,
  type AirOrder,
  type AirReport,
  type OrderAnswer,
} from '../../server/contract/air-link.ts';
import { systemClock } from '../../server/core/clock.ts';
import { StudioError } from '../../server/core/errors.ts';
import { silentLog } from '../../server/core/log.ts';
import { recordedOrder1 } from '../kit/contract-1.ts';
import { freePort } from '../kit/ports.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { order } from './air-fakes.ts';

interface Control {
  readonly port: number;
  readonly handshakes: Record<string, unknown>[];
  readonly reports: { at: number; report: AirReport }[];
  readonly sockets: Socket[];
  send(order: unknown): Promise<OrderAnswer>;
  close(): Promise<void>;
}

/** Within this an answer comes, however busy the machine, ms. */
const answerMs = 20_000;

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function startControl(options: { port?: number; token?: string } = {}): Promise<Control> {
  const http = createServer();
  const io = new Server(http);
  const sockets: Socket[] = [];
  const handshakes: Record<string, unknown>[] = [];
  const reports: { at: number; report: AirReport }[] = [];
  io.of('/air').use((socket, next) => {
    const auth = socket.handshake.auth as Record<string, unknown>;
    handshakes.push(auth);
    const right = options.token === undefined || auth['token'] === options.token;
    next(right ? undefined : new Error('wrong token'));
  });
  io.of('/air').on('connection', (socket) => {
    sockets.push(socket);
    socket.on('report', (report: AirReport) => reports.push({ at: performance.now(), report }));
  });
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const control: Control = {
    port: (http.address() as AddressInfo).port,
    handshakes,
    reports,
    sockets,
    send: async (given) =>
      (await sockets.at(-1)?.timeout(answerMs).emitWithAck('order', given)) as OrderAnswer,
    close: () => io.close(),
  };
  open.push(() => control.close());
  return control;
}

interface Air {
  readonly link: Link;
  readonly accepted: AirOrder[];
  readonly shutdowns: number[];
  fail(error: Error | null): void;
}
function startAir(port: number, change: Partial<LinkPorts> = {}): Air {
  const accepted: AirOrder[] = [];
  const shutdowns: number[] = [];
  let failure: Error | null = null;
  const link = createLink({
    clock: systemClock(),
    log: silentLog,
    random: Math.random,
    controlUrl: `http://127.0.0.1:${port}`,
    airId: 'air-test',
    pid: 4321,
    token: () => 'the-link-token-123',
    presentRev: () => accepted.at(-1)?.rev ?? null,
    accept(given) {
      if (failure) throw failure;
      accepted.push(given);
      return Promise.resolve();
    },
    report: () => ({ orderRev: accepted.at(-1)?.rev ?? null, outputs: {} }) as AirReport,
    shutdown: () => void shutdowns.push(1),
    ...change,
  });
  open.push(() => link.close());
  return {
    link,
    accepted,
    shutdowns,
    fail(error) {
      failure = error;
    },
  };
}

describe('link', () => {
  it('introduces itself and reports at once, on every change and at least each 500 ms', async () => {
    const control = await startControl();
    const { link } = startAir(control.port);
    await until('the first report', () => control.reports.length > 0);
    expect(control.handshakes[0]).toEqual({
      token: 'the-link-token-123',
      contract: airContractVersion,
      airId: 'air-test',
      pid: 4321,
    });
    await until('reports go on by themselves', () => control.reports.length >= 4);
    const before = control.reports.length;
    // A burst of changes becomes one report now and at most a few more.
    for (let i = 0; i < 200; i += 1) link.changed();
    await until('the burst is reported', () => control.reports.length > before, 1000);
    expect(control.reports.length - before).toBeLessThanOrEqual(2);
  });

  it('takes an order, answers its revision, and says in the next report that it follows it', async () => {
    const control = await startControl();
    const air = startAir(control.port);
    await until('connected', () => control.sockets.length);
    const limit = await paced();
    const sent = performance.now();
    expect(await control.send(order({ rev: 7 }))).toEqual({ ok: true, rev: 7 });
    // Control waits no longer than this.
    expect(performance.now() - sent).toBeLessThan(await limit(2000));
    expect(air.accepted).toEqual([order({ rev: 7 })]);
    await until('reported', () => control.reports.at(-1)?.report.orderRev === 7, 1000);
  });

  it('answers an order once it is kept; a disk that hangs does not make it a failure', async () => {
    const control = await startControl();
    let keep: () => void = () => undefined;
    let obeyed = 0;
    /** The end of its patience with the disk, in the hands of this test. */
    let losePatience: () => void = () => undefined;
    const clock = systemClock();
    startAir(control.port, {
      clock: {
        ...clock,
        after(ms, work) {
          if (ms !== keptMs) return clock.after(ms, work);
          losePatience = work;
          return () => undefined;
        },
      },
      accept() {
        obeyed += 1;
        return new Promise((resolve) => {
          keep = resolve;
        });
      },
    });
    await until('connected', () => control.sockets.length);
    let answers = 0;
    const answer = (rev: number) =>
      control.send(order({ rev })).then((said) => {
        answers += 1;
        return said;
      });
    const kept = answer(1);
    const reports = control.reports.length;
    await until('it is obeyed and said so', () => obeyed === 1 && control.reports.length > reports);
    expect(answers).toBe(0);
    keep();
    expect(await kept).toEqual({ ok: true, rev: 1 });
    const never = answer(2);
    await until('the next is obeyed', () => obeyed === 2);
    losePatience();
    expect(await never).toEqual({ ok: true, rev: 2 });
  });

  it('says with its path what is wrong with an order', async () => {
    const control = await startControl();
    const air = startAir(control.port);
    await until('connected', () => control.sockets.length);
    const bad = { ...order(), encoder: { ...order().encoder, fps: 17 } };
    const answer = await control.send(bad);
    expect(answer).toMatchObject({ ok: false, code: 'invalid' });
    expect(JSON.stringify(answer)).toContain('encoder.fps');
    expect(await control.send(null)).toMatchObject({ ok: false, code: 'invalid' });
    expect(air.accepted).toEqual([]);
  });

  it('refuses an older order on the same connection with the present revision', async () => {
    const control = await startControl();
    const air = startAir(control.port);
    await until('connected', () => control.sockets.length);
    await control.send(order({ rev: 7 }));
    expect(await control.send(order({ rev: 6 }))).toMatchObject({
      ok: false,
      code: 'conflict',
      context: { present: 7 },
    });
    expect(await control.send(order({ rev: 7 }))).toEqual({ ok: true, rev: 7 });
    expect(air.accepted.map((o) => o.rev)).toEqual([7, 7]);
  });

  it('follows a control whose revisions began anew, on its new connection', async () => {
    const control = await startControl();
    const air = startAir(control.port);
    await until('connected', () => control.sockets.length);
    await control.send(order({ rev: 700 }));
    control.sockets[0]?.disconnect(true);
    await until('connected again', () => control.sockets.length === 2);
    expect(await control.send(order({ rev: 3 }))).toEqual({ ok: true, rev: 3 });
    expect(air.accepted.at(-1)?.rev).toBe(3);
  });

  it('talks to the neighbouring contract and refuses those further away', async () => {
    const control = await startControl();
    startAir(control.port);
    await until('connected', () => control.sockets.length);
    const newer = {
      ...order({ rev: 2, contract: airContractVersion + 1 }),
      somethingNew: true,
    };
    expect(await control.send(newer)).toEqual({ ok: true, rev: 2 });
    for (const contract of [airContractVersion + 2, airContractVersion - 2]) {
      expect(await control.send(order({ rev: 3, contract }))).toMatchObject({
        ok: false,
        code: 'invalid',
      });
    }
  });

  it('speaks as the control does whose orders it takes: of 1, until one of 2 comes', async () => {
    const control = await startControl();
    const report = { slate: 'freeze', orderRev: null, outputs: {} } as unknown as AirReport;
    startAir(control.port, { report: () => report });
    await until('connected', () => control.sockets.length);
    expect(await control.send({ ...recordedOrder1(), rev: 4 })).toEqual({ ok: true, rev: 4 });
    await until('in its words', () => control.reports.at(-1)?.report.slate === 'rendered', 1000);
    control.sockets[0]?.disconnect(true);
    await until('connected again', () => control.sockets.length === 2);
    const before = control.reports.length;
    await until('still in its words', () => control.reports.length > before);
    expect(control.reports[before]!.report.slate).toBe('rendered');
    await control.send(order({ rev: 5, contract: airContractVersion }));
    await until('in its own', () => control.reports.at(-1)?.report.slate === 'freeze', 1000);
  });

  it('tells control why an order could not be put in force', async () => {
    const control = await startControl();
    const air = startAir(control.port);
    await until('connected', () => control.sockets.length);
    air.fail(new StudioError('unavailable', { es: 'No se puede.', en: 'Cannot.' }));
    expect(await control.send(order())).toMatchObject({ ok: false, code: 'unavailable' });
    air.fail(new Error('a bug with stream-secret-key in its text'));
    const answer = await control.send(order());
    expect(answer).toMatchObject({ ok: false, code: 'internal' });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('dials until control is there, and again when it was away', async () => {
    // Kept for this test while nobody listens there.
    const port = await freePort();
    const { link } = startAir(port);
    const second = await startControl({ port });
    await until('connected to the second', () => link.connected);
    await second.close();
    await until('noticed', () => !link.connected);
    const third = await startControl({ port });
    await until('connected to the third', () => third.reports.length > 0, 5000);
  });

  it('goes on when its token is refused or not there yet, and reads it anew each time', async () => {
    const control = await startControl({ token: 'the-right-token-456' });
    let token: string | null = null;
    const { link } = startAir(control.port, { token: () => token });
    token = 'a-wrong-token-789';
    await until('refused', () => control.handshakes.length >= 2);
    expect(link.connected).toBe(false);
    token = 'the-right-token-456';
    await until('let in', () => link.connected, 5000);
  });

  it('acknowledges a shutdown and passes it on', async () => {
    const control = await startControl();
    const air = startAir(control.port);
    await until('connected', () => control.sockets.length);
    await control.sockets[0]?.timeout(answerMs).emitWithAck('shutdown');
    expect(air.shutdowns).toEqual([1]);
  });
});
