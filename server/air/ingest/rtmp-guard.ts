// Stands between a raw RTMP connection and node-media-server: admission, media only from the path's publisher.
import { parse as parseQuery } from 'node:querystring';
import type { Socket } from 'node:net';
import Context from 'node-media-server/src/core/context.js';
import Flv from 'node-media-server/src/protocol/flv.js';
import RtmpSession from 'node-media-server/src/session/rtmp_session.js';
import type { Clock } from '../../core/clock.ts';
import {
  admitPlay,
  admitPublish,
  plainAddress,
  type ConnectionCounter,
  type IngestSettings,
  type PathRequest,
  type Refusal,
} from './guard.ts';
import type { IngestLimits } from './limits.ts';
import { metadataOf, videoPacket } from './media-packet.ts';
import type { Paths, Publishing } from './paths.ts';
import { boundParser, TurnedAway } from './rtmp-limits.ts';

/** What the guard needs; `admitted` collects the sessions that passed, for the second wall. */
export interface RtmpGuardPorts {
  readonly clock: Clock;
  readonly limits: IngestLimits;
  readonly counter: ConnectionCounter;
  readonly paths: Paths;
  readonly admitted: WeakSet<object>;
  settings(): IngestSettings;
  refused(reason: Refusal, remote: string): void;
}

/** Takes over one accepted connection; everything it does wrong closes it and nothing else. */
export function guardRtmp(ports: RtmpGuardPorts, socket: Socket): void {
  const { clock, limits, paths } = ports;
  const remote = plainAddress(socket.remoteAddress);
  const leave = ports.counter.enter(remote);
  if (!leave) {
    ports.refused('tooMany', remote);
    socket.destroy();
    return;
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 10_000);

  const session = new RtmpSession(socket);
  const rtmp = session.rtmp;
  // Each parser comes with a megabyte for FLV input that RTMP never uses.
  rtmp.flv = null;
  let role: 'none' | 'publisher' | 'player' | 'gone' = 'none';
  let connected = false;
  let lastBytesAt = clock.mono();
  let publishing: Publishing | null = null;
  let left: (() => void) | null = null;
  let gopBytes = 0;

  const cancelPending = clock.after(limits.pendingMs, () => {
    if (role === 'none') socket.destroy();
  });

  function turnAway(error: unknown): void {
    if (role === 'gone') return;
    role = 'gone';
    const known = error instanceof TurnedAway ? error : new TurnedAway('malformed');
    ports.refused(known.reason, remote);
    if (known.reply === null) {
      socket.destroy();
      return;
    }
    // Tell the encoder why, so that it does not show "connected"; never wait long for it to listen.
    rtmp.sendStatusMessage(1, 'error', known.reply, 'Not admitted.');
    socket.destroySoon();
    clock.after(1000, () => socket.destroy());
  }

  boundParser(rtmp, limits, () => role === 'publisher');

  const parse = session.onData;
  session.onData = (chunk) => {
    if (role === 'gone') return;
    lastBytesAt = clock.mono();
    try {
      parse(chunk);
      // Answers that a stranger does not read must not pile up.
      if (role === 'none' && socket.writableLength > limits.otherMessage) {
        throw new TurnedAway('malformed');
      }
    } catch (error) {
      turnAway(error);
    }
  };

  const connect = rtmp.onConnect.bind(rtmp);
  rtmp.onConnect = (message) => {
    const object = message.cmdObj;
    if (connected || typeof object !== 'object' || object === null) {
      throw new TurnedAway('malformed');
    }
    const wanted = object as { app?: unknown };
    if (typeof wanted.app !== 'string') throw new TurnedAway('malformed');
    wanted.app = wanted.app.replace(/\/+$/, '');
    if (wanted.app !== 'program' && wanted.app !== 'field') {
      throw new TurnedAway('unknownPath', 'NetConnection.Connect.Rejected');
    }
    connect(message);
    connected = true;
  };

  function request(message: RtmpSession.Invoke): PathRequest {
    const name = message.streamName;
    // One connection has one role for life: the library forgets the first path on a second one.
    if (!connected || role !== 'none' || typeof name !== 'string' || name.length > 1000) {
      throw new TurnedAway('malformed');
    }
    const [stream = '', query = ''] = name.split('?');
    return { app: String(rtmp.streamApp), name: stream, key: parseQuery(query)['k'] };
  }

  const publish = rtmp.onPublish.bind(rtmp);
  rtmp.onPublish = (message) => {
    const admission = admitPublish(ports.settings(), request(message));
    if (!admission.ok) throw new TurnedAway(closed(admission.reason), 'NetStream.Publish.BadName');
    if (!paths.claim(admission.path)) throw new TurnedAway('busy', 'NetStream.Publish.BadName');
    role = 'publisher';
    ports.admitted.add(session);
    publish(message);
    if (session.broadcast.publisher !== session) throw new TurnedAway('busy');
    cancelPending();
    publishing = paths.publish(admission.path, {
      remote,
      key: admission.key,
      lastBytesAt: () => lastBytesAt,
      end() {
        role = 'gone';
        session.broadcast.donePublish(session);
        // The library would keep the path for 30 s and shift the timestamps of who comes back.
        // oxlint-disable-next-line no-underscore-dangle -- its only way to end a publication now
        if (session.broadcast.publisher === session) session.broadcast._finishPublish();
        socket.destroy();
      },
    });
  };

  const play = rtmp.onPlay.bind(rtmp);
  rtmp.onPlay = (message) => {
    const admission = admitPlay(ports.settings(), request(message));
    if (!admission.ok) throw new TurnedAway(closed(admission.reason), 'NetStream.Play.Failed');
    role = 'player';
    ports.admitted.add(session);
    play(message);
    cancelPending();
    left = paths.play(admission.path, {
      key: admission.key,
      backlog: () => socket.writableLength,
      end() {
        role = 'gone';
        session.broadcast.donePlay(session);
        socket.destroySoon();
        clock.after(5000, () => socket.destroy());
      },
      destroy: () => socket.destroy(),
    });
  };

  rtmp.onDeleteStream = () => {
    if (role === 'publisher') publishing?.closed();
  };

  rtmp.dataHandler = () => {
    if (role === 'gone') return;
    const { header, payload, clock: timestamp } = rtmp.parserPacket;
    if (role !== 'publisher' || session.broadcast.publisher !== session || !publishing) {
      throw new TurnedAway('injection');
    }
    const body = payload.subarray(0, header.length);
    if (header.type === 18) {
      const metadata = metadataOf(body);
      if (metadata) pass(18, timestamp, metadata);
      return;
    }
    if ((header.type !== 8 && header.type !== 9) || body.length < 2) return;
    publishing.packet(header.type, timestamp, body);
    if (header.type === 9) {
      const video = videoPacket(body);
      if (!video?.relayable) return;
      if (video.kind === 'key') gopBytes = 0;
    }
    pass(header.type, timestamp, body);
    gopBytes += body.length;
    if (gopBytes > limits.gop) {
      session.broadcast.flvGopCache = null;
      session.broadcast.rtmpGopCache = null;
    }
  };

  function pass(type: number, timestamp: number, body: Buffer): void {
    rtmp.onPacketCallback(Flv.parserTag(type, timestamp, body.length, body));
  }

  session.run();
  Context.sessions.set(session.id, session);
  // An encoder that closes its side has finished; nothing of ours is worth waiting for.
  socket.once('end', () => {
    if (role !== 'player') socket.destroy();
  });
  socket.once('close', () => {
    role = 'gone';
    cancelPending();
    leave();
    left?.();
    publishing?.closed();
  });
}

function closed(reason: Refusal): TurnedAway['reason'] {
  return reason === 'tooMany' ? 'notAllowed' : reason;
}
