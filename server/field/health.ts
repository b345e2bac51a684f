// Judges one feed from what air reports of it: live, degraded, mute, lost or off, and why. Pure.
import type { AirFeedReport } from '../contract/air-link.ts';
import type { UnitRunState } from '../contract/field.ts';
import type { UnitProfile } from '../contract/profiles.ts';
import type { Words } from '../core/errors.ts';

/** What is known of a feed between reports; times in control's clock, epoch ms. */
export interface FeedHealth {
  readonly state: UnitRunState;
  readonly since: number;
  /** Since when the bitrate has been on the other side of the threshold; null while it is not. */
  readonly crossedAt: number | null;
  readonly lastLoss: { readonly at: number; readonly words: Words } | null;
  /** Whether media came since it was last off: only what was live can be lost. */
  readonly wasLive: boolean;
}

export type FeedLimits = Pick<UnitProfile, 'expectedKbps' | 'degradedBelow'>;

/** Connected but silent for longer than this is mute; just connected gets the same to begin. */
const muteMs = 700;
/** The bitrate must be on the other side this long to change between live and degraded… */
const settleMs = 3000;
/** …and clear the threshold by this factor to come back. */
const comeback = 1.15;
/** A lost feed that does not return is off after this. */
const forgetMs = 10 * 60_000;

const reasons: Record<NonNullable<AirFeedReport['lastEnd']>['reason'], Words> = {
  closed: {
    es: 'La unidad cerró la transmisión o perdió la red.',
    en: 'The unit closed the stream or lost its network.',
  },
  idle: {
    es: 'La unidad siguió conectada pero dejó de enviar y se cerró su sesión.',
    en: 'The unit stayed connected but stopped sending, and its session was closed.',
  },
  revoked: {
    es: 'Su clave se cambió o la unidad se quitó.',
    en: 'Its key was changed or the unit was removed.',
  },
  ingest: {
    es: 'La recepción del estudio se reinició; la unidad debe volver sola.',
    en: "The studio's ingest restarted; the unit should return by itself.",
  },
};

/** A feed of which nothing was heard. */
export function unheard(now: number): FeedHealth {
  return { state: 'off', since: now, crossedAt: null, lastLoss: null, wasLive: false };
}

/**
 * The health after a report made at `reportedAt` (air's clock) and heard at `now` (control's).
 * `first` marks the first report of this run of control: a session that ended a moment ago then
 * shows as lost although nobody here saw it live.
 */
export function feedHealth(
  old: FeedHealth,
  feed: AirFeedReport | undefined,
  limits: FeedLimits,
  reportedAt: number,
  now: number,
  first = false,
): FeedHealth {
  if (feed?.connected) return connected(old, feed, limits, reportedAt, now);
  const end = feed?.lastEnd ?? null;
  const endedAt = end ? now - Math.max(0, reportedAt - end.at) : now;
  const wasOn = old.state === 'live' || old.state === 'degraded' || old.state === 'mute';
  if (wasOn || (first && end !== null && now - endedAt < forgetMs)) {
    const words = reasons[end?.reason ?? 'ingest'];
    const lost = end?.reason !== 'revoked' && (old.wasLive || first);
    return {
      state: lost ? 'lost' : 'off',
      since: endedAt,
      crossedAt: null,
      lastLoss: { at: endedAt, words },
      wasLive: lost,
    };
  }
  if (old.state === 'lost' && now - old.since >= forgetMs) {
    return { ...old, state: 'off', since: now, wasLive: false };
  }
  return old;
}

function connected(
  old: FeedHealth,
  feed: AirFeedReport,
  limits: FeedLimits,
  reportedAt: number,
  now: number,
): FeedHealth {
  // Both times are air's: its clock need not agree with ours.
  const silentMs = reportedAt - (feed.lastPacketAt ?? feed.connectedAt ?? reportedAt);
  const enter = (state: UnitRunState): FeedHealth =>
    old.state === state
      ? { ...old, crossedAt: null }
      : {
          ...old,
          state,
          since: now,
          crossedAt: null,
          wasLive: old.wasLive || state !== 'mute',
        };
  if (silentMs > muteMs) return enter('mute');
  if (feed.lastPacketAt === null) {
    // A new session without media yet: one that was live is not any more.
    return old.state === 'live' || old.state === 'degraded' ? enter('mute') : old;
  }
  if (old.state !== 'live' && old.state !== 'degraded') return enter('live');

  const threshold = limits.expectedKbps * limits.degradedBelow;
  const kbps = feed.stream?.bitrateKbps ?? 0;
  const crossed =
    old.state === 'live'
      ? kbps < threshold
      : kbps >= Math.min(limits.expectedKbps, threshold * comeback);
  if (!crossed) return { ...old, crossedAt: null };
  const crossedAt = old.crossedAt ?? now;
  if (now - crossedAt < settleMs) return { ...old, crossedAt };
  return enter(old.state === 'live' ? 'degraded' : 'live');
}

/** What a person must change at the unit, when it sends something the chain cannot carry. */
export function codecNotice(feed: AirFeedReport | undefined): Words | null {
  if (!feed?.connected || !feed.stream) return null;
  const { videoCodec, audioCodec } = feed.stream;
  if (videoCodec !== null && !/^(h\.?264|avc1?)/i.test(videoCodec)) {
    const name = /^(hevc|h\.?265|hvc1|hev1)/i.test(videoCodec) ? 'HEVC' : videoCodec.toUpperCase();
    return {
      es: `La unidad envía ${name}; cámbiela a H.264.`,
      en: `The unit sends ${name}; change it to H.264.`,
    };
  }
  if (audioCodec !== null && !/^(aac|mp4a)/i.test(audioCodec)) {
    return {
      es: `La unidad envía audio ${audioCodec.toUpperCase()}; cámbielo a AAC.`,
      en: `The unit sends ${audioCodec.toUpperCase()} audio; change it to AAC.`,
    };
  }
  return null;
}
