// The ingest's paths: who publishes on each, who plays it, and how each publication ended.
import type { Clock } from '../../core/clock.ts';
import { givesWay, stillAdmitted, publishKey, type IngestSettings } from './guard.ts';
import type { IngestLimits } from './limits.ts';
import type { EndReason, PathReport } from './messages.ts';
import { createStreamMeter, type StreamMeter } from './stream-facts.ts';

/** A publishing connection as the paths hold it. */
export interface Publisher {
  readonly remote: string;
  /** The key it was admitted with. */
  readonly key: string;
  /** Monotonic ms at which its last bytes came. */
  lastBytesAt(): number;
  /** Frees the path in the media server and closes the connection, at once. */
  end(): void;
}

/** A playing connection, RTMP or HTTP-FLV. */
export interface Player {
  readonly key: string;
  /** Bytes sent to it that it has not taken. */
  backlog(): number;
  /** Leaves the media server's list and ends after what was written. */
  end(): void;
  /** Ends now, unread bytes and all. */
  destroy(): void;
}

/** One publication from its side: reports its packets and its end. */
export interface Publishing {
  packet(type: number, timestamp: number, body: Buffer): void;
  /** The connection closed by itself; harmless after any other end. */
  closed(): void;
}

export interface Paths {
  /** Whether somebody may begin to publish: frees a silent publisher first. */
  claim(path: string): boolean;
  publish(path: string, publisher: Publisher): Publishing;
  /** Registers a player; the result removes it. */
  play(path: string, player: Player): () => void;
  /** Ends everybody whom `settings` would not admit again. */
  revoke(settings: IngestSettings): void;
  /** Ends idle publishers and stopped players; called a few times a second. */
  sweep(): void;
  report(): Record<string, PathReport>;
}

interface Path {
  publication: Publication | null;
  readonly players: Map<Player, { over: boolean }>;
  end: { n: number; reason: EndReason; at: number } | null;
}

interface Publication {
  readonly session: number;
  readonly publisher: Publisher;
  readonly since: number;
  readonly meter: StreamMeter;
  lastPacketAt: number | null;
}

/** `changed` is called at once when a publication begins, ends, or shows another codec or size. */
export function createPaths(ports: {
  clock: Clock;
  limits: IngestLimits;
  changed: () => void;
}): Paths {
  const { clock, limits, changed } = ports;
  const paths = new Map<string, Path>();
  let sessions = 0;

  function at(name: string): Path {
    let path = paths.get(name);
    if (!path) {
      path = { publication: null, players: new Map(), end: null };
      paths.set(name, path);
    }
    return path;
  }

  function finish(path: Path, publication: Publication, reason: EndReason): void {
    if (path.publication !== publication) return;
    path.publication = null;
    path.end = { n: (path.end?.n ?? 0) + 1, reason, at: clock.mono() };
    publication.publisher.end();
    // One response is one timeline: readers see an end, and join the next publication afresh.
    for (const player of path.players.keys()) player.end();
    changed();
  }

  return {
    claim(name) {
      const path = paths.get(name);
      const publication = path?.publication;
      if (!path || !publication) return true;
      if (!givesWay(limits, clock.mono() - publication.publisher.lastBytesAt())) return false;
      finish(path, publication, 'idle');
      return true;
    },
    publish(name, publisher) {
      const path = at(name);
      sessions += 1;
      const publication: Publication = {
        session: sessions,
        publisher,
        since: clock.mono(),
        meter: createStreamMeter(),
        lastPacketAt: null,
      };
      path.publication = publication;
      changed();
      return {
        packet(type, timestamp, body) {
          const now = clock.mono();
          const first = publication.lastPacketAt === null;
          publication.lastPacketAt = now;
          if (publication.meter.packet(type, timestamp, body, now) || first) changed();
        },
        closed: () => finish(path, publication, 'closed'),
      };
    },
    play(name, player) {
      const path = at(name);
      path.players.set(player, { over: false });
      return () => path.players.delete(player);
    },
    revoke(settings) {
      for (const [name, path] of paths) {
        const publication = path.publication;
        if (
          publication &&
          !stillAdmitted(settings, 'publisher', { path: name, key: publication.publisher.key })
        ) {
          finish(path, publication, 'revoked');
        }
        for (const player of path.players.keys()) {
          if (!stillAdmitted(settings, 'player', { path: name, key: player.key })) player.destroy();
        }
        if (publishKey(settings, name) === null && path.players.size === 0) paths.delete(name);
      }
    },
    sweep() {
      const now = clock.mono();
      for (const path of paths.values()) {
        const publication = path.publication;
        if (publication && now - (publication.lastPacketAt ?? publication.since) > limits.idleMs) {
          finish(path, publication, 'idle');
        }
        for (const [player, look] of path.players) {
          const over = player.backlog() > limits.playerBacklog;
          // A long group of pictures fills a joiner for a moment: only a second look tells.
          if (over && look.over) player.destroy();
          look.over = over;
        }
      }
    },
    report() {
      const now = clock.mono();
      const out: Record<string, PathReport> = {};
      for (const [name, { publication, end }] of paths) {
        out[name] = {
          session: publication?.session ?? null,
          connectedMs: publication ? now - publication.since : null,
          lastPacketMs: publication?.lastPacketAt != null ? now - publication.lastPacketAt : null,
          remote: publication?.publisher.remote ?? null,
          stream: publication?.lastPacketAt != null ? publication.meter.facts(now) : null,
          end: end && { n: end.n, reason: end.reason, ageMs: now - end.at },
        };
      }
      return out;
    },
  };
}
