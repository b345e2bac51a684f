// No secret of a destination leaks: not to the state, not to the audit log, not to the disk.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ana, liveOutput, type AirBench } from './air-service-bench.ts';
import { closeAir, connectedAir, create } from './air-service-steps.ts';

let t: AirBench;
beforeEach(async () => {
  t = await connectedAir();
});
afterEach(() => closeAir(t));

describe('secrets', () => {
  it('never appear in the state, the audit log or the database file', async () => {
    const text = fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/);
    await fc.assert(
      fc.asyncProperty(text, text, text, async (key, path, token) => {
        t.acts.length = 0;
        const fb = await create(t, { key: `${key}?t=${token}` });
        const custom = await create(t, {
          profile: 'custom',
          url: `rtmp://h/live/${path}?u=${token}`,
          backupUrl: `rtmp://spare/live/${token}?u=${path}`,
        });
        const srt = await create(t, {
          profile: 'srt',
          url: `srt://h:9000?passphrase=${path}&streamid=publish:am:ana:${token}`,
        });
        await t.run(t.air.handlers['air.goLive']({}, ana));
        const problem = { cause: 'rejected' as const, detail: 'server said no', at: t.clock.now() };
        t.report({
          source: 'slate',
          outputs: { [fb.id]: { ...liveOutput, state: 'retrying', problem } },
        });
        await t.clock.advance(4000);
        t.report({ source: 'slate', outputs: { [fb.id]: liveOutput } });
        const sent = JSON.stringify(t.link.orders.at(-1));
        const told = JSON.stringify([t.store.get(), t.acts]);
        for (const secret of [key, path, token]) {
          expect(sent).toContain(secret);
          expect(told).not.toContain(secret);
        }
        await t.run(t.air.handlers['air.stop']({}, ana));
        await t.air.handlers['output.remove']({ id: fb.id }, ana);
        await t.air.handlers['output.remove']({ id: custom.id }, ana);
        await t.air.handlers['output.remove']({ id: srt.id }, ana);
      }),
      { numRuns: 15 },
    );
    await create(t, { key: 'a-key-nobody-may-read-on-disk' });
    await create(t, {
      profile: 'srt',
      url: 'srt://h:9000?streamid=publish:a-stream-nobody-may-read',
      backupUrl: 'srt://a-spare-nobody-may-read:9001',
    });
    const files = ['studio.db', 'studio.db-wal'].map((name) => readFileSync(join(t.dir, name)));
    const file = Buffer.concat(files).toString('latin1');
    expect(file).toContain('Facebook');
    expect(file).not.toContain('a-key-nobody-may-read-on-disk');
    expect(file).not.toContain('nobody-may-read');
    expect(file).not.toContain('ingest-secret');
  });
});
