// Air tells its meter what the order wants, and its report carries what the meter says.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAir } from '../../server/air/air.ts';
import type { HealthOrder } from '../../server/air/health/health.ts';
import { createOrderFile } from '../../server/air/order-file.ts';
import { airReport } from '../../server/contract/air-link.ts';
import { silentLog } from '../../server/core/log.ts';
import { openSecretBox } from '../../server/core/secret-box.ts';
import { fakeIngest, fakeOutputs, manualClock, order, outputOrder } from './air-fakes.ts';
import { calmHealth } from '../kit/samples.ts';

test('measured while the bus runs, anew with each time on the air', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'health-air-'));
  try {
    const followed: HealthOrder[] = [];
    const log: string[] = [];
    const nothing = () => undefined;
    const air = createAir({
      clock: manualClock(),
      log: silentLog,
      orderFile: createOrderFile(
        join(folder, 'air-order'),
        openSecretBox(join(folder, 'secret.key')),
        silentLog,
        manualClock(),
      ),
      ingest: fakeIngest(log),
      slate: {
        want: nothing,
        showing: nothing,
        capture: () => 'idle',
        onChange: () => nothing,
        close: nothing,
      },
      bus: {
        run: nothing,
        bypass: nothing,
        force: nothing,
        encode: nothing,
        encoderSlow: () => false,
        poke: nothing,
        report: () => ({
          source: 'live',
          sourceSince: 5,
          feeding: 'program',
          slate: 'rendered',
          cut: null,
          counts: { clamped: 0, rejoined: 0, dropped: 0 },
          late: { program: null, bypass: null },
        }),
        onChange: () => nothing,
        close: () => void log.push('bus closed'),
      },
      outputs: fakeOutputs(log),
      health: {
        follow: (wanted) => void followed.push(wanted),
        report: () => calmHealth,
        async close() {
          log.push('health closed');
        },
      },
      monitor: () => null,
      stats: () => ({ cpuPercent: 0, memoryMb: 0 }),
      ffmpegVersion: () => null,
    });
    await air.accept(order({ rev: 1, outputs: [outputOrder('am', true)] }));
    await air.accept(order({ rev: 2, live: true }));
    await air.accept(order({ rev: 3 }));
    expect(followed).toEqual([
      { on: true, live: false },
      { on: true, live: true },
      { on: false, live: false },
    ]);
    expect(airReport.parse(air.report()).health).toEqual(calmHealth);
    await air.close();
    expect(log.indexOf('health closed')).toBeLessThan(log.indexOf('bus closed'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
