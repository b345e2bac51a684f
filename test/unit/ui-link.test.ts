// The page's line to the studio: gaps, silence, commands on a dead line, and the way back.
import { describe, expect, it } from 'vitest';
import { createLink, type StudioSocket } from '../../control-ui/src/state/link.ts';
import type { Snapshot, StudioState } from '../../server/contract/state.ts';

type Listener = (...args: unknown[]) => void;
interface Sent {
  readonly event: string;
  readonly args: unknown[];
  readonly reply: Listener;
}

const state = (now: string): StudioState =>
  ({ grid: { note: now }, station: { name: 'Estación' } }) as unknown as StudioState;
const snapshot = (rev: number, note: string): Snapshot => ({ rev, state: state(note), now: 5000 });

function setUp() {
  const listeners = new Map<string, Listener[]>();
  const sent: Sent[] = [];
  const timers: (() => void)[] = [];
  let now = 1000;
  let connects = 0;
  const fake = {
    connected: true,
    active: true,
    on: (event: string, fn: Listener) =>
      listeners.set(event, [...(listeners.get(event) ?? []), fn]),
    timeout: () => ({
      emit: (event: string, ...args: unknown[]) => {
        const reply = args.pop() as Listener;
        sent.push({ event, args, reply });
      },
    }),
    connect: () => (connects += 1),
    disconnect: () => undefined,
  };
  const link = createLink({
    socket: fake as unknown as StudioSocket,
    now: () => now,
    every: (_ms, fn) => {
      timers.push(fn);
      return () => undefined;
    },
  });
  return {
    link,
    fake,
    sent,
    connects: () => connects,
    hear: (event: string, ...args: unknown[]) =>
      listeners.get(event)?.forEach((listener) => listener(...args)),
    /** Lets `ms` pass, with the timers running each half second. */
    pass: (ms: number): void => {
      for (const end = now + ms; now < end;) {
        now += 500;
        for (const timer of timers) timer();
      }
    },
  };
}

const patch = (prevRev: number, note: string) => ({
  prevRev,
  rev: prevRev + 1,
  ops: [{ op: 'replace', path: '/grid/note', value: note }],
  now: 5000,
});

describe('state', () => {
  it('shows a snapshot, then follows patches', () => {
    const { link, hear } = setUp();
    expect(link.view().status).toBe('waiting');
    hear('snapshot', snapshot(3, 'a'));
    hear('patch', patch(3, 'b'));
    expect(link.view()).toMatchObject({ status: 'live', rev: 4, state: { grid: { note: 'b' } } });
    expect(link.clock.now()).toBe(5000);
  });

  it('ignores a patch it already has', () => {
    const { link, hear, sent } = setUp();
    hear('snapshot', snapshot(3, 'a'));
    hear('patch', patch(2, 'old'));
    expect(link.view().state?.grid.note).toBe('a');
    expect(sent).toEqual([]);
  });

  it('asks for one snapshot after a gap, and keeps the equal parts of it', () => {
    const { link, hear, sent } = setUp();
    hear('snapshot', snapshot(3, 'a'));
    const { station } = link.view().state as StudioState;
    hear('patch', patch(4, 'c'));
    hear('patch', patch(5, 'd'));
    expect(sent.map(({ event }) => event)).toEqual(['resync']);
    expect(link.view().state?.grid.note).toBe('a');
    sent[0]?.reply(null, snapshot(6, 'd'));
    expect(link.view()).toMatchObject({ rev: 6, state: { grid: { note: 'd' } } });
    expect(link.view().state?.station).toBe(station);
  });

  it('asks for a snapshot when a patch does not fit', () => {
    const { hear, sent } = setUp();
    hear('snapshot', snapshot(3, 'a'));
    hear('patch', { prevRev: 3, rev: 4, ops: [{ op: 'remove', path: '/nothing' }], now: 1 });
    expect(sent.map(({ event }) => event)).toEqual(['resync']);
  });
});

describe('silence', () => {
  it('asks after a silence, and is lost when nobody answers', () => {
    const { link, hear, sent, pass } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    pass(1000);
    expect(sent).toHaveLength(0);
    pass(500);
    expect(sent.map(({ event }) => event)).toEqual(['resync']);
    sent[0]?.reply(new Error('timeout'));
    expect(link.view().status).toBe('lost');
    expect(link.view().heardAt).toBe(1000);
  });

  it('does not ask while signals keep coming', () => {
    const { link, hear, sent, pass } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    for (let i = 0; i < 6; i += 1) {
      pass(500);
      link.heard();
    }
    expect(sent).toEqual([]);
  });

  it('is live again with the next packet', () => {
    const { link, hear, sent, pass } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    pass(1500);
    sent[0]?.reply(new Error('timeout'));
    hear('patch', patch(1, 'b'));
    expect(link.view().status).toBe('live');
  });

  it('is lost at once when the line drops, and comes back with a snapshot', () => {
    const { link, hear, fake } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    fake.connected = false;
    hear('disconnect', 'transport close');
    expect(link.view().status).toBe('lost');
    fake.connected = true;
    hear('snapshot', snapshot(1, 'b'));
    expect(link.view().status).toBe('live');
  });

  it('keeps what a server said before it closed in order, and is back with the next one', () => {
    const { link, hear, fake, sent, pass } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    expect(link.view().farewell).toBeNull();
    hear('closing', 'airEnds');
    expect(link.view()).toMatchObject({ status: 'lost', farewell: 'airEnds' });
    // Its own end is no news of the studio: neither patches nor another snapshot nor signs of life.
    hear('patch', patch(1, 'OBS se perdió'));
    hear('snapshot', snapshot(5, 'OBS se perdió'));
    link.heard();
    pass(3000);
    expect(sent).toEqual([]);
    expect(link.view()).toMatchObject({ status: 'lost', state: { grid: { note: 'a' } } });
    fake.connected = false;
    hear('disconnect', 'transport close');
    expect(link.view()).toMatchObject({ status: 'lost', farewell: 'airEnds' });
    fake.connected = true;
    hear('connect');
    expect(link.view().farewell).toBe('airEnds');
    hear('snapshot', snapshot(1, 'b'));
    expect(link.view()).toMatchObject({
      status: 'live',
      farewell: null,
      state: { grid: { note: 'b' } },
    });
  });

  it('says no farewell for a line that drops', () => {
    const { link, hear, fake } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    fake.connected = false;
    hear('disconnect', 'transport close');
    expect(link.view()).toMatchObject({ status: 'lost', farewell: null });
  });

  it('dials again when the server let this screen go', () => {
    const { hear, fake, pass, connects } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    fake.connected = false;
    hear('disconnect', 'io server disconnect');
    pass(1500);
    expect(connects()).toBe(1);
  });

  it('does not dial again after the session ended', () => {
    const { link, hear, fake, pass, connects } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    hear('signedOut');
    fake.connected = false;
    hear('disconnect', 'io server disconnect');
    pass(5000);
    expect(link.view().status).toBe('signedOut');
    expect(connects()).toBe(0);
  });

  it('is signed out when the server does not know the session', () => {
    const { link, hear, fake } = setUp();
    fake.active = false;
    hear('connect_error', Object.assign(new Error('no'), { data: { code: 'unauthenticated' } }));
    expect(link.view().status).toBe('signedOut');
  });
});

describe('commands', () => {
  it('gives the one answer', async () => {
    const { link, hear, sent } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    const answer = link.send('switcher.preview', { scene: 'Estudio' });
    expect(sent[0]).toMatchObject({
      event: 'command',
      args: ['switcher.preview', { scene: 'Estudio' }],
    });
    sent[0]?.reply(null, { ok: true, output: { preview: 'Estudio' }, rev: 2 });
    expect(await answer).toEqual({ ok: true, output: { preview: 'Estudio' }, rev: 2 });
  });

  it('never queues a command while the line is away: it would act late', async () => {
    const { link, hear, fake, sent } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    fake.connected = false;
    hear('disconnect', 'transport close');
    expect(await link.send('switcher.panic', {})).toEqual({ ok: false, local: 'notSent' });
    expect(sent).toEqual([]);
  });

  it('says so when nobody answered', async () => {
    const { link, hear, sent } = setUp();
    hear('snapshot', snapshot(1, 'a'));
    const answer = link.send('switcher.panic', {});
    sent[0]?.reply(new Error('timeout'));
    expect(await answer).toEqual({ ok: false, local: 'noAnswer' });
  });
});
