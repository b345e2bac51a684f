// The card of a unit as everybody sees it, made from its configuration and the health of its feeds. Pure.
import type { AirFeedReport } from '../contract/air-link.ts';
import type { Unit, UnitFeed, UnitLink, UnitRunState } from '../contract/field.ts';
import { codecNotice, type FeedHealth } from './health.ts';

/** One feed of a unit with all that is known of it. */
export interface FeedFacts {
  readonly id: string;
  readonly label: string;
  readonly health: FeedHealth;
  readonly report: AirFeedReport | undefined;
}

export interface UnitFacts {
  readonly name: string;
  readonly profile: string;
  /** What one feed should send. */
  readonly expectedKbps: number;
  readonly feeds: readonly FeedFacts[];
  readonly inScene: string | null;
}

const best: readonly UnitRunState[] = ['live', 'degraded', 'mute', 'lost', 'off'];

/** The unit's card; `old` keeps `since` where its state did not change. */
export function unitView(
  facts: UnitFacts,
  old: Unit | undefined,
  reportedAt: number,
  now: number,
): Unit {
  const states = facts.feeds.map((f) => f.health.state);
  const state = best.find((s) => states.includes(s)) ?? 'off';
  const sameState = facts.feeds.filter((f) => f.health.state === state);
  const sending = facts.feeds.filter((f) => f.report?.connected);
  // "5,8 of 6": a unit with four cameras and one in use is measured against one.
  const inUse = facts.feeds.filter((f) => f.health.state !== 'off').length;
  return {
    name: facts.name,
    profile: facts.profile,
    state,
    since:
      old?.state === state
        ? old.since
        : Math.max(0, ...sameState.map((f) => f.health.since)) || now,
    bitrateKbps: sum(sending.map((f) => flowing(f) ?? 0)),
    expectedKbps: facts.expectedKbps * Math.max(1, inUse),
    links: sending.flatMap((f) => link(f, facts.feeds.length, reportedAt, now) ?? []),
    feeds: facts.feeds.map(feedView),
    inScene: facts.inScene,
  };
}

function feedView(feed: FeedFacts): UnitFeed {
  const { health, report } = feed;
  const notice = codecNotice(report);
  return {
    id: feed.id,
    label: feed.label,
    state: health.state,
    since: health.since,
    stream: report?.connected ? report.stream : null,
    lastLoss: health.lastLoss
      ? {
          at: health.lastLoss.at,
          text: health.lastLoss.words.es,
          textEn: health.lastLoss.words.en,
        }
      : null,
    ...(notice ? { notice: { text: notice.es, textEn: notice.en } } : {}),
  };
}

/** RTMP comes by one path, whose round trip and loss nobody measures. */
function link(feed: FeedFacts, feeds: number, reportedAt: number, now: number): UnitLink | null {
  const last = feed.report?.lastPacketAt ?? null;
  if (last === null) return null;
  return {
    id: feed.id,
    label: feeds > 1 ? feed.label : 'RTMP',
    bitrateKbps: flowing(feed) ?? 0,
    rttMs: null,
    lossPercent: null,
    seenAt: now - Math.max(0, reportedAt - last),
  };
}

/** The bitrate while packets come; a mute feed's last measure is no longer true. */
function flowing(feed: FeedFacts): number | null {
  if (feed.health.state !== 'live' && feed.health.state !== 'degraded') return null;
  return feed.report?.stream?.bitrateKbps ?? null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
