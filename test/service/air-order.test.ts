// Air's orders: kept encrypted, put in force, resumed alone, forgotten when a person ended the air.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAir, type Air } from '../../server/air/air.ts';
import { createOrderFile, type OrderFile } from '../../server/air/order-file.ts';
import { airReport } from '../../server/contract/air-link.ts';
import { silentLog } from '../../server/core/log.ts';
import { openSecretBox } from '../../server/core/secret-box.ts';
import { fakeIngest, fakeOutputs, manualClock, order, outputOrder } from './air-fakes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'air-order-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const box = (): ReturnType<typeof openSecretBox> => openSecretBox(join(folder, 'secret.key'));
const file = (): OrderFile =>
  createOrderFile(join(folder, 'air-order'), box(), silentLog, manualClock());

describe('order file', () => {
  it('gives back what was written, and keeps every secret out of the file', async () => {
    const written = order({ rev: 12, live: true, outputs: [outputOrder('fb', true)] });
    await file().write(written);
    expect(file().read()).toEqual(written);
    const raw = readFileSync(join(folder, 'air-order'), 'utf8');
    for (const secret of ['stream-secret-key', 'program-secret', 'play-secret', 'rtmp:']) {
      expect(raw).not.toContain(secret);
    }
  });

  it('has nothing when there is none, when it is damaged, and after clear', async () => {
    expect(file().read()).toBeNull();
    for (const damage of ['', 'v1.x.y.z', 'not a box at all', '\0\0']) {
      writeFileSync(join(folder, 'air-order'), damage);
      expect(file().read()).toBeNull();
    }
    writeFileSync(join(folder, 'air-order'), box().seal('{"rev":"one"}', 'air-order'));
    expect(file().read()).toBeNull();
    writeFileSync(join(folder, 'air-order'), box().seal(JSON.stringify(order()), 'elsewhere'));
    expect(file().read()).toBeNull();
    await file().write(order());
    const cleared = file();
    void cleared.clear();
    // At once, for whoever ends this process next.
    expect(file().read()).toBeNull();
    await cleared.settled();
    expect(file().read()).toBeNull();
  });
});

interface Rig {
  readonly air: Air;
  readonly log: string[];
  readonly ingest: ReturnType<typeof fakeIngest>;
}
function rig(orderFile: OrderFile): Rig {
  const log: string[] = [];
  const ingest = fakeIngest(log);
  const air = createAir({
    clock: manualClock(),
    log: silentLog,
    orderFile,
    ingest,
    health: { follow: () => undefined, report: () => null, close: async () => undefined },
    slate: {
      want: (wish) => void log.push(`slate ${wish.slate.text}`),
      showing: (on) => void log.push(`showing ${on}`),
      capture: () => 'wanted',
      onChange: () => () => undefined,
      close: () => void log.push('slate closed'),
    },
    bus: {
      run: (on) => void log.push(`bus ${on}`),
      bypass: (name) => void log.push(`bypass ${name}`),
      force: (on) => void log.push(`force ${on}`),
      encode: () => undefined,
      encoderSlow: () => false,
      poke: () => void log.push('poke'),
      report: () => ({
        source: 'slate',
        sourceSince: 5,
        feeding: 'slate',
        slate: 'captured',
        cut: null,
        counts: { clamped: 0, rejoined: 0, dropped: 0 },
        late: { program: 8640.4, bypass: null },
      }),
      onChange: () => () => undefined,
      close: () => void log.push('bus closed'),
    },
    outputs: fakeOutputs(log),
    monitor: () => ({ port: 4000, token: 'monitor-token' }),
    stats: () => ({ cpuPercent: 1.5, memoryMb: 80 }),
    ffmpegVersion: () => '5.1.9',
  });
  return { air, log, ingest };
}

describe('air', () => {
  it('puts an order in force in every room, the bus before the destinations', async () => {
    const { air, log } = rig(file());
    await air.accept(order({ live: true, outputs: [outputOrder('fb', true)] }));
    expect(log).toEqual([
      'slate Ya regresamos',
      'showing false',
      'bypass backup',
      'force false',
      'bus true',
      'outputs fb:true',
      'ingest 1935',
    ]);
  });

  it('runs the bus while anything needs it, and ends it last', async () => {
    const { air, log } = rig(file());
    await air.accept(order({ live: false, outputs: [outputOrder('am', true)] }));
    expect(log).toContain('bus true');
    log.length = 0;
    await air.accept(order({ rev: 2, live: false, outputs: [outputOrder('am', false)] }));
    expect(log.slice(-3)).toEqual(['outputs am:false', 'bus false', 'ingest 1935']);
  });

  it('hands on what a person or the switcher decided about the slate and the bypass', async () => {
    const { air, log } = rig(file());
    await air.accept(
      order({ live: true, bypass: 'field_3', forceSlate: true, captureSlate: true }),
    );
    // Before the bus runs: a slate that is held must be the first thing seen.
    expect(log.indexOf('force true')).toBeLessThan(log.indexOf('bus true'));
    expect(log).toEqual(expect.arrayContaining(['bypass field_3', 'showing true']));
    log.length = 0;
    await air.accept(order({ rev: 2, live: true, bypass: null }));
    expect(log).toEqual(expect.arrayContaining(['bypass null', 'force false', 'showing false']));
  });

  it('resumes the last order alone after a restart, until another comes', async () => {
    const before = rig(file());
    await before.air.accept(order({ rev: 41, live: true, outputs: [outputOrder('fb', true)] }));
    const { air, log } = rig(file());
    expect(air.rev()).toBeNull();
    air.resume();
    expect(air.rev()).toBe(41);
    expect(log).toContain('outputs fb:true');
    await air.accept(order({ rev: 42 }));
    expect(file().read()?.rev).toBe(42);
  });

  it('waits for control when there is nothing to resume, or when the end was meant', async () => {
    const { air, log } = rig(file());
    air.resume();
    expect(log).toEqual([]);
    await air.accept(order({ live: true }));
    air.forget();
    const next = rig(file());
    next.air.resume();
    expect(next.log).toEqual([]);
  });

  it('obeys at once, even when the order cannot be kept', async () => {
    const full: OrderFile = {
      ...file(),
      write: () => Promise.reject(new Error('ENOSPC')),
    };
    const { air, log } = rig(full);
    const kept = air.accept(order({ live: true }));
    expect(air.rev()).toBe(1);
    expect(log).toContain('bus true');
    await kept;
  });

  it('keeps what it accepted before it ends, the last of many', async () => {
    const { air } = rig(file());
    for (let rev = 1; rev <= 50; rev += 1) void air.accept(order({ rev }));
    await air.close();
    expect(file().read()?.rev).toBe(50);
  });

  it('reports in the words of the contract', async () => {
    const { air } = rig(file());
    expect(airReport.parse(air.report())).toMatchObject({
      orderRev: null,
      source: 'slate',
      feeding: 'slate',
      slate: 'captured',
      programLateMs: 8600,
      bypassLateMs: null,
      capture: 'wanted',
      backup: null,
    });
    await air.accept(order({ rev: 7 }));
    expect(airReport.parse(air.report())).toMatchObject({
      orderRev: 7,
      monitor: { port: 4000 },
      ffmpegVersion: '5.1.9',
      cpuPercent: 1.5,
    });
  });

  it('tells its listeners, and the bus, when the ingest changed', () => {
    const { air, log, ingest } = rig(file());
    let told = 0;
    const remove = air.onChange(() => {
      told += 1;
    });
    ingest.changed();
    remove();
    ingest.changed();
    expect(told).toBe(1);
    expect(log.filter((l) => l === 'poke')).toHaveLength(2);
  });

  it('ends the destinations before what feeds them', async () => {
    const { air, log } = rig(file());
    await air.close();
    expect(log.filter((l) => l.endsWith('closed'))).toEqual([
      'outputs closed',
      'bus closed',
      'slate closed',
      'ingest closed',
    ]);
  });
});
