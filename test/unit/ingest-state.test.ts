// From settings, reports and deaths of the child to what air reports.
import { describe, expect, it } from 'vitest';
import type { IngestSettings } from '../../server/air/ingest/guard.ts';
import {
  differs,
  initialView,
  withDeath,
  withReport,
  withSettings,
} from '../../server/air/ingest/ingest-state.ts';
import type { ChildReport, PathReport } from '../../server/air/ingest/messages.ts';

const settings: IngestSettings = {
  rtmpPort: 1935,
  programKey: 'p',
  playKey: 'r',
  feeds: [{ id: 'a', key: 'k' }],
};
const stream = {
  videoCodec: 'h264',
  audioCodec: 'aac',
  width: 1280,
  height: 720,
  fps: 30,
  bitrateKbps: 4000,
  keyframeSeconds: 2,
};
const live: PathReport = {
  session: 1,
  connectedMs: 500,
  lastPacketMs: 10,
  remote: '192.0.2.1',
  stream,
  end: null,
};
const said = (paths: ChildReport['paths'], more: Partial<ChildReport> = {}): ChildReport => ({
  t: 'report',
  listening: 'up',
  detail: null,
  rtmpPort: 1935,
  httpPort: 40_000,
  refused: 0,
  refusals: [],
  paths,
  ...more,
});
const ready = withSettings(initialView(0), settings, 100);

describe('the ingest as reported', () => {
  it('starts, comes up, and dates the state once', () => {
    expect(ready.report).toMatchObject({ state: 'starting', rtmpPort: 1935, problem: null });
    const up = withReport(ready, said({}), 1000);
    expect(up.report).toMatchObject({ state: 'up', since: 1000 });
    expect(withReport(up, said({}), 2000).report.since).toBe(1000);
  });

  it('says the port is busy, and recovers', () => {
    const busy = withReport(ready, said({}, { listening: 'busy' }), 1000);
    expect(busy.report).toMatchObject({ state: 'down', problem: 'portBusy', since: 1000 });
    expect(withReport(busy, said({}), 3000).report).toMatchObject({ state: 'up', problem: null });
  });

  it('ignores what a child says about another port', () => {
    const moved = withSettings(
      withReport(ready, said({}), 1000),
      { ...settings, rtmpPort: 1936 },
      2000,
    );
    expect(moved.report).toMatchObject({ state: 'starting', rtmpPort: 1936, since: 2000 });
    expect(withReport(moved, said({}), 2100).report.state).toBe('starting');
    expect(withReport(moved, said({}, { rtmpPort: 1936 }), 2200).report.state).toBe('up');
  });

  it('shows a feed, its loss and its return', () => {
    const on = withReport(ready, said({ 'field/a': live }), 1000);
    expect(on.report.feeds['a']).toEqual({
      connected: true,
      connectedAt: 500,
      lastPacketAt: 990,
      remote: '192.0.2.1',
      stream,
      lastEnd: null,
    });
    const later = withReport(on, said({ 'field/a': { ...live, connectedMs: 1503 } }), 2000);
    expect(later.report.feeds['a']?.connectedAt).toBe(500);
    const off: PathReport = {
      session: null,
      connectedMs: null,
      lastPacketMs: null,
      remote: null,
      stream: null,
      end: { n: 1, reason: 'closed', ageMs: 5 },
    };
    const gone = withReport(later, said({ 'field/a': off }), 3000);
    expect(gone.report.feeds['a']).toMatchObject({
      connected: false,
      lastPacketAt: 1990,
      stream: null,
      lastEnd: { at: 2995, reason: 'closed' },
    });
    const still = withReport(
      gone,
      said({ 'field/a': { ...off, end: { n: 1, reason: 'closed', ageMs: 260 } } }),
      3250,
    );
    expect(still.report.feeds['a']?.lastEnd?.at).toBe(2995);
    const back = withReport(
      still,
      said({ 'field/a': { ...live, session: 2, end: off.end } }),
      4000,
    );
    expect(back.report.feeds['a']).toMatchObject({ connected: true, connectedAt: 3500 });
  });

  it('notices a takeover that happened between two reports', () => {
    const on = withReport(ready, said({ 'field/a': live }), 1000);
    const taken = withReport(
      on,
      said({
        'field/a': {
          ...live,
          session: 2,
          connectedMs: 20,
          end: { n: 1, reason: 'idle', ageMs: 20 },
        },
      }),
      5000,
    );
    expect(taken.report.feeds['a']).toMatchObject({
      connected: true,
      connectedAt: 4980,
      lastEnd: { at: 4980, reason: 'idle' },
    });
    expect(differs(on.report, taken.report)).toBe(true);
  });

  it('loses everything with the child, and keeps the counts', () => {
    const on = withReport(
      ready,
      said({ 'field/a': live, 'program/main': live }, { refused: 3 }),
      1000,
    );
    expect(on.report.program?.connected).toBe(true);
    const dead = withDeath(on, 2000);
    expect(dead.report).toMatchObject({
      state: 'down',
      problem: 'crashed',
      restarts: 1,
      refused: 3,
      program: null,
      since: 2000,
    });
    expect(dead.report.feeds['a']).toMatchObject({
      connected: false,
      lastEnd: { at: 2000, reason: 'ingest' },
    });
    const again = withReport(dead, said({ 'field/a': live }, { refused: 1 }), 3000);
    expect(again.report).toMatchObject({ state: 'up', problem: null, restarts: 1, refused: 4 });
    expect(again.report.feeds['a']).toMatchObject({ connected: true, connectedAt: 2500 });
  });

  it('drops feeds that left the order and adds new ones', () => {
    const on = withReport(ready, said({ 'field/a': live }), 1000);
    const other = withSettings(on, { ...settings, feeds: [{ id: 'b', key: 'k2' }] }, 1100);
    expect(Object.keys(other.report.feeds)).toEqual(['b']);
    expect(other.report.feeds['b']?.connected).toBe(false);
  });
});

describe('what listeners are told', () => {
  const on = withReport(ready, said({ 'field/a': live }), 1000);
  it('leaves out running figures', () => {
    const next = { ...live, lastPacketMs: 3, stream: { ...stream, bitrateKbps: 1, fps: 29.9 } };
    expect(differs(on.report, withReport(on, said({ 'field/a': next }), 1200).report)).toBe(false);
  });
  it('includes codec, connection and refusals', () => {
    const hevc = { ...live, stream: { ...stream, videoCodec: 'hevc' } };
    expect(differs(on.report, withReport(on, said({ 'field/a': hevc }), 1200).report)).toBe(true);
    expect(differs(on.report, withReport(on, said({}), 1200).report)).toBe(true);
    const refused = said({ 'field/a': live }, { refused: 1 });
    expect(differs(on.report, withReport(on, refused, 1200).report)).toBe(true);
  });
});
