// The health of a feed and the card of its unit.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AirFeedReport } from '../../server/contract/air-link.ts';
import { codecNotice, feedHealth, unheard, type FeedHealth } from '../../server/field/health.ts';
import { unitView } from '../../server/field/unit-view.ts';

const limits = { expectedKbps: 4000, degradedBelow: 0.5 };
const t0 = 5_000_000;
/** Air's clock is an hour behind control's: nothing may depend on them agreeing. */
const skew = 3_600_000;
const stream = (bitrateKbps: number, videoCodec = 'h264') => ({
  videoCodec,
  audioCodec: 'aac',
  width: 1280,
  height: 720,
  fps: 30,
  bitrateKbps,
  keyframeSeconds: 2,
});
const sending = (at: number, kbps = 4000, silentMs = 30): AirFeedReport => ({
  connected: true,
  lastPacketAt: at - skew - silentMs,
  connectedAt: at - skew - 60_000,
  remote: '10.0.0.9',
  stream: stream(kbps),
  lastEnd: null,
});
const gone = (
  at: number,
  reason: 'closed' | 'idle' | 'revoked' | 'ingest' = 'closed',
): AirFeedReport => ({
  connected: false,
  lastPacketAt: null,
  connectedAt: null,
  remote: null,
  stream: null,
  lastEnd: { at: at - skew - 100, reason },
});
const step = (old: FeedHealth, feed: AirFeedReport | undefined, at: number, first = false) =>
  feedHealth(old, feed, limits, at - skew, at, first);
const live = (): FeedHealth => step(unheard(t0), sending(t0), t0);

const run = (from: FeedHealth, start: number, ms: number, kbps: number): FeedHealth => {
  let health = from;
  for (let at = start; at <= start + ms; at += 500) health = step(health, sending(at, kbps), at);
  return health;
};

describe('feedHealth', () => {
  it('is live as soon as packets arrive', () => {
    expect(live()).toMatchObject({ state: 'live', since: t0, wasLive: true });
  });
  it('waits for the first packet of a new connection, then calls it mute', () => {
    const connecting = (ageMs: number): AirFeedReport => ({
      ...sending(t0),
      lastPacketAt: null,
      connectedAt: t0 - skew - ageMs,
      stream: null,
    });
    expect(step(unheard(t0), connecting(300), t0).state).toBe('off');
    expect(step(unheard(t0), connecting(800), t0).state).toBe('mute');
  });
  it('is not live on the word of its last session: one that reconnected must send first', () => {
    const again: AirFeedReport = {
      ...sending(t0 + 500),
      lastPacketAt: null,
      connectedAt: t0 + 400 - skew,
      stream: null,
    };
    const mute = step(live(), again, t0 + 500);
    expect(mute.state).toBe('mute');
    expect(step(mute, sending(t0 + 1000), t0 + 1000).state).toBe('live');
  });
  it('is mute after 700 ms without packets, and live again with the next one', () => {
    expect(step(live(), sending(t0 + 500, 4000, 650), t0 + 500).state).toBe('live');
    const mute = step(live(), sending(t0 + 500, 4000, 750), t0 + 500);
    expect(mute).toMatchObject({ state: 'mute', since: t0 + 500 });
    expect(step(mute, sending(t0 + 1000), t0 + 1000)).toMatchObject({
      state: 'live',
      since: t0 + 1000,
    });
  });
  it.each(['closed', 'idle', 'ingest'] as const)(
    'is lost when its session ended (%s), with the cause',
    (reason) => {
      const lost = step(live(), gone(t0 + 500, reason), t0 + 500);
      expect(lost).toMatchObject({ state: 'lost', since: t0 + 400 });
      expect(lost.lastLoss!.at).toBe(t0 + 400);
      expect(lost.lastLoss!.words.es.length).toBeGreaterThan(10);
    },
  );
  it('is off, not lost, when its key was taken away', () => {
    expect(step(live(), gone(t0 + 500, 'revoked'), t0 + 500).state).toBe('off');
  });
  it('is lost when air forgot it (the ingest was restarted)', () => {
    expect(step(live(), undefined, t0 + 500).state).toBe('lost');
  });
  it('cannot lose what never was live', () => {
    const silent: AirFeedReport = {
      ...sending(t0),
      lastPacketAt: null,
      connectedAt: t0 - skew - 5000,
      stream: null,
    };
    expect(step(step(unheard(t0), silent, t0), gone(t0 + 500), t0 + 500).state).toBe('off');
  });
  it('stays lost until it returns, or ten minutes', () => {
    const lost = step(live(), gone(t0 + 500), t0 + 500);
    expect(step(lost, gone(t0 + 500), t0 + 599_000).state).toBe('lost');
    expect(step(lost, gone(t0 + 500), t0 + 601_000).state).toBe('off');
    const back = step(lost, sending(t0 + 9000), t0 + 9000);
    expect(back.state).toBe('live');
    expect(back.lastLoss).not.toBeNull();
  });
  it('shows a loss of a moment ago after control restarts, not one of long ago', () => {
    expect(step(unheard(t0), gone(t0), t0, true).state).toBe('lost');
    expect(step(unheard(t0), gone(t0), t0, false).state).toBe('off');
    expect(step(unheard(t0), gone(t0 - 700_000), t0, true).state).toBe('off');
  });
  it('degrades only after three seconds below the threshold, and comes back only well above it', () => {
    const dip = run(live(), t0 + 500, 2500, 1500);
    expect(dip.state).toBe('live');
    expect(run(dip, t0 + 3500, 500, 3000)).toMatchObject({ state: 'live', crossedAt: null });
    const degraded = run(live(), t0 + 500, 3000, 1500);
    expect(degraded.state).toBe('degraded');
    expect(run(degraded, t0 + 4000, 9000, 2200).state).toBe('degraded');
    expect(run(degraded, t0 + 4000, 3000, 2400).state).toBe('live');
  });
  it('never claims packets it was not told of', () => {
    const report = fc.record<AirFeedReport>({
      connected: fc.boolean(),
      lastPacketAt: fc.option(fc.integer({ min: t0 - skew - 5000, max: t0 - skew })),
      connectedAt: fc.option(fc.integer({ min: t0 - skew - 9000, max: t0 - skew })),
      remote: fc.constant(null),
      stream: fc.option(fc.integer({ min: 0, max: 9000 }).map((k) => stream(k))),
      lastEnd: fc.option(
        fc.record({
          at: fc.integer({ min: t0 - skew - 9000, max: t0 - skew }),
          reason: fc.constantFrom('closed', 'idle', 'revoked', 'ingest'),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(report, { maxLength: 30 }), (reports) => {
        let health = unheard(t0);
        for (const feed of reports) {
          health = step(health, feed, t0);
          const sends =
            feed.connected && feed.lastPacketAt !== null && t0 - skew - feed.lastPacketAt <= 700;
          if (health.state === 'live' || health.state === 'degraded') expect(sends).toBe(true);
          if (sends) expect(['live', 'degraded']).toContain(health.state);
          if (!feed.connected) expect(['off', 'lost']).toContain(health.state);
        }
      }),
    );
  });
});

describe('codecNotice', () => {
  it.each([
    ['h264', 'aac', null],
    ['H.264', 'AAC', null],
    ['hevc', 'aac', 'La unidad envía HEVC; cámbiela a H.264.'],
    ['H265', 'aac', 'La unidad envía HEVC; cámbiela a H.264.'],
    ['av1', 'aac', 'La unidad envía AV1; cámbiela a H.264.'],
    ['h264', 'mp3', 'La unidad envía audio MP3; cámbielo a AAC.'],
    [null, null, null],
  ])('%s + %s', (video, audio, said) => {
    const feed = {
      ...sending(t0),
      stream: { ...stream(4000), videoCodec: video, audioCodec: audio },
    };
    expect(codecNotice(feed)?.es ?? null).toBe(said);
  });
});

const health = (state: FeedHealth['state'], since = t0): FeedHealth => ({
  ...unheard(since),
  state,
});
const feed = (id: string, h: FeedHealth, report?: AirFeedReport) => ({
  id,
  label: id,
  health: h,
  report,
});

const view = (feeds: ReturnType<typeof feed>[], old?: Parameters<typeof unitView>[1]) =>
  unitView(
    { name: 'LiveU', profile: 'liveu', expectedKbps: 5000, feeds, inScene: null },
    old,
    t0 - skew,
    t0,
  );

describe('unitView', () => {
  it('is as good as its best feed and measured against those in use', () => {
    const unit = view([
      feed('c1', health('lost')),
      feed('c2', health('degraded', t0 - 50), sending(t0, 2000)),
      feed('c3', health('live', t0 - 90), sending(t0, 4500)),
      feed('c4', health('off')),
    ]);
    expect(unit).toMatchObject({
      state: 'live',
      since: t0 - 90,
      bitrateKbps: 6500,
      expectedKbps: 15_000,
    });
    expect(unit.links.map((l) => [l.id, l.bitrateKbps, l.seenAt])).toEqual([
      ['c2', 2000, t0 - 30],
      ['c3', 4500, t0 - 30],
    ]);
  });
  it('does not show the bitrate a mute feed had', () => {
    const unit = view([feed('c1', health('mute'), sending(t0, 4000, 900))]);
    expect(unit).toMatchObject({ state: 'mute', bitrateKbps: 0 });
    expect(unit.links[0]).toMatchObject({ label: 'RTMP', bitrateKbps: 0 });
  });
  it('keeps `since` while its state stays', () => {
    const old = view([feed('c1', health('live', t0 - 500), sending(t0))]);
    const both = view(
      [
        feed('c1', health('live', t0 - 500), sending(t0)),
        feed('c2', health('live', t0), sending(t0)),
      ],
      old,
    );
    expect(both.since).toBe(t0 - 500);
  });
});
