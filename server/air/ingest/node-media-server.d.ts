// The parts of node-media-server 4.4.3 (pinned) that the guards hold on to; it ships no types.

declare module 'node-media-server' {
  import type { Server as NetServer } from 'node:net';
  import type { Server as HttpServer } from 'node:http';

  /** `new` builds the servers without listening; we never call its `run()`. */
  class NodeMediaServer {
    constructor(config: Record<string, unknown>, configPath?: string);
    readonly rtmpServer: { readonly tcpServer?: NetServer };
    readonly httpServer: { readonly httpServer?: HttpServer };
    /** Events of every session: `prePublish`, `prePlay`, `postPlay`, … */
    on(
      event: string,
      listener: (
        session:
          | import('node-media-server/src/session/rtmp_session.js')
          | import('node-media-server/src/session/flv_session.js'),
      ) => void,
    ): void;
  }
  export = NodeMediaServer;
}

declare module 'node-media-server/src/core/logger.js' {
  const logger: { log: (message: string, level?: string) => void };
  export = logger;
}

declare module 'node-media-server/src/core/context.js' {
  const Context: {
    readonly sessions: Map<string, object>;
    readonly broadcasts: Map<string, import('node-media-server/src/server/broadcast_server.js')>;
  };
  export = Context;
}

declare module 'node-media-server/src/server/broadcast_server.js' {
  /** One path: its publisher, its subscribers, its headers and GOP caches. */
  class BroadcastServer {
    publisher: object | null;
    flvGopCache: Set<Buffer> | null;
    rtmpGopCache: Set<Buffer> | null;
    donePublish(session: object): void;
    donePlay(session: object): void;
    /** Ends the publish now instead of after its 30 s of grace. */
    _finishPublish(): void;
  }
  export = BroadcastServer;
}

declare module 'node-media-server/src/protocol/flv.js' {
  const Flv: {
    /** Throws on bodies shorter than their own header says. */
    parserTag(type: number, time: number, size: number, data: Buffer): object;
  };
  export = Flv;
}

declare module 'node-media-server/src/session/flv_session.js' {
  import type { ServerResponse } from 'node:http';
  import type BroadcastServer from 'node-media-server/src/server/broadcast_server.js';
  class FlvSession {
    readonly protocol: 'flv';
    readonly res: ServerResponse;
    readonly broadcast: BroadcastServer;
  }
  export = FlvSession;
}

declare module 'node-media-server/src/session/rtmp_session.js' {
  import type { Socket } from 'node:net';
  import type BroadcastServer from 'node-media-server/src/server/broadcast_server.js';

  namespace RtmpSession {
    interface Packet {
      readonly header: { readonly length: number; readonly type: number };
      /** Timestamp in ms as it accumulates; past 2^32 the library drops every packet. */
      clock: number;
      readonly payload: Buffer;
      readonly capacity: number;
      readonly bytes: number;
    }
    interface Invoke {
      readonly cmd?: unknown;
      readonly transId?: unknown;
      readonly cmdObj?: unknown;
      readonly streamName?: unknown;
    }
    interface Protocol {
      readonly inPackets: Map<number, Packet>;
      readonly parserPacket: Packet;
      flv: unknown;
      streamApp?: unknown;
      packetParse(): void;
      packetAlloc(): void;
      controlHandler(): void;
      dataHandler(): void;
      onConnect(message: Invoke): void;
      onPublish(message: Invoke): void;
      onPlay(message: Invoke): void;
      onDeleteStream(message: Invoke): void;
      onPacketCallback(packet: object): void;
      sendStatusMessage(stream: number, level: string, code: string, description: string): void;
    }
  }
  class RtmpSession {
    constructor(socket: Socket);
    readonly id: string;
    readonly protocol: 'rtmp';
    readonly socket: Socket;
    readonly broadcast: BroadcastServer;
    readonly rtmp: RtmpSession.Protocol;
    /** Registered on the socket by `run()`: replace it before. */
    onData: (chunk: Buffer) => void;
    run(): void;
  }
  export = RtmpSession;
}
