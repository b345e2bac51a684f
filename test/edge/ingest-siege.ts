// An ingest under attack: who publishes to it in order, and whether it came to harm.
import { expect } from 'vitest';
import { rtmpClient, type RtmpClient } from '../kit/rtmp-client.ts';
import { until } from '../kit/until.ts';
import { keys, type TestIngest } from './ingest-harness.ts';

export interface Besieged {
  /** One with the right key, let in. */
  readonly publisher: (id: 'one' | 'two') => Promise<RtmpClient>;
  /** The ingest is the same process as at the start, and still lets people in. */
  readonly unharmed: () => Promise<void>;
}

/** Notes which process `t` is now. */
export function besieged(t: TestIngest): Besieged {
  const pid = t.ingest.pid();
  async function publisher(id: 'one' | 'two'): Promise<RtmpClient> {
    const client = await rtmpClient(t.port);
    client.connectApp('field');
    client.publish(`${id}?k=${keys[id]}`);
    await client.expect('NetStream.Publish.Start');
    return client;
  }
  return {
    publisher,
    async unharmed() {
      expect(t.ingest.pid()).toBe(pid);
      expect(t.ingest.report()).toMatchObject({ state: 'up', restarts: 0 });
      const client = await publisher('two');
      client.end();
      await until('the path is free again', () => !t.ingest.report().feeds['two']?.connected);
    },
  };
}
