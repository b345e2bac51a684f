// Strangers and broken encoders against a running ingest, for as long as a test lets them.
import { randomBytes } from 'node:crypto';
import { amf0, rtmpClient, rtmpMessage, videoFrame, type RtmpClient } from './rtmp-client.ts';
import { until } from './until.ts';

/** In every byte the strangers try to bring in. */
export const mark = 'HOSTIL'.repeat(20);

export interface Siege {
  /** Attempts made so far. */
  attempts(): number;
  /** Whether the publisher that went silent was closed. */
  stalledClosed(): boolean;
  end(): Promise<void>;
}

export interface SiegePorts {
  readonly rtmpPort: number;
  /** What one who may read knows. */
  readonly playKey: string;
  /** A unit's own feed and key, for one that publishes and goes silent. */
  readonly feed: { readonly id: string; readonly key: string };
}

/** Begins: some attempts each quarter of a second, one silent publisher and one stopped player besides. */
export async function besiege(ports: SiegePorts): Promise<Siege> {
  const { rtmpPort, playKey, feed } = ports;
  const open = new Set<RtmpClient>();
  let going = true;
  let made = 0;

  const held: RtmpClient[] = [];
  // A unit made a moment ago is let in as soon as its order has arrived.
  const stalled = await until('the unit is let in', async () => {
    const client = await rtmpClient(rtmpPort);
    client.connectApp('field');
    client.publish(`${feed.id}?k=${feed.key}`);
    await client.expect('NetStream.Publish.Start');
    return client;
  });
  stalled.message(9, 0, videoFrame(true, Buffer.alloc(50)));
  const stopped = await rtmpClient(rtmpPort);
  stopped.connectApp('program');
  stopped.play(`main?k=${playKey}`);
  await stopped.expect('NetStream.Play.Start');
  stopped.socket.pause();
  held.push(stalled, stopped);

  const inject = (c: RtmpClient): void => {
    for (let i = 0; i < 5; i += 1) {
      c.message(9, i * 40, videoFrame(true, Buffer.from(mark)));
      c.message(8, i * 40, Buffer.concat([Buffer.from([0xaf, 1]), Buffer.from(mark)]));
      c.message(18, 0, amf0('@setDataFrame', 'onMetaData', { note: mark }));
    }
  };
  const tricks: ((c: RtmpClient) => void)[] = [
    (c) => c.send(randomBytes(5000)),
    (c) => c.send(rtmpMessage(20, 0, amf0('connect', 1, null))),
    (c) => c.send(rtmpMessage(20, 0, amf0('publish', 3, null, 7))),
    (c) => c.send(rtmpMessage(20, 0, Buffer.alloc(1), { length: 0xffffff })),
    (c) => c.send(rtmpMessage(1, 0, Buffer.alloc(4), { cid: 2 })),
    (c) => {
      c.connectApp('program');
      c.publish('main?k=equivocada');
      inject(c);
    },
    (c) => {
      c.connectApp('program');
      c.play(`main?k=${playKey}`);
      inject(c);
    },
    (c) => {
      c.connectApp('program');
      c.publish('main');
      inject(c);
    },
  ];

  async function wave(): Promise<void> {
    for (const trick of tricks) {
      if (!going) return;
      made += 1;
      try {
        const client = await rtmpClient(rtmpPort);
        open.add(client);
        client.socket.once('close', () => open.delete(client));
        trick(client);
      } catch {
        // Refused at the door, or the ingest is down just now.
      }
    }
  }
  const assault = (async () => {
    while (going) {
      await wave();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();

  return {
    attempts: () => made,
    stalledClosed: () => stalled.closed(),
    async end() {
      going = false;
      await assault;
      for (const client of [...open, ...held]) client.end();
    },
  };
}
