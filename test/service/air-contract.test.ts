// Neighbours by one release: control of 2 with an air of 1 and the reverse, against contract 1 as it was released.
import * as fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOrderFile } from '../../server/air/order-file.ts';
import { reportFor } from '../../server/air/report-contract.ts';
import {
  airContractVersion,
  airOrder,
  airReport,
  type AirOrder,
  type AirReport,
} from '../../server/contract/air-link.ts';
import { slateKind } from '../../server/contract/air.ts';
import { outputCause, outputKind } from '../../server/contract/outputs.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog } from '../../server/core/log.ts';
import { openSecretBox } from '../../server/core/secret-box.ts';
import { orderFor } from '../../server/outputs/order-contract.ts';
import { applyReport } from '../../server/outputs/report.ts';
import { airOrder1, airReport1, recordedOrder1, recordedReport1 } from '../kit/contract-1.ts';
import { liveOutput } from './air-service-bench.ts';
import { manualClock, order } from './air-fakes.ts';
import { encoder720, idleReport, station } from './outputs-samples.ts';
import { sampleOutput } from '../kit/samples.ts';

it('the frozen contract is the one that was recorded', () => {
  expect(airOrder1.parse(recordedOrder1())).toEqual(recordedOrder1());
  expect(airReport1.parse(recordedReport1())).toEqual(recordedReport1());
});

const everyKind = (): AirOrder =>
  order({
    contract: airContractVersion,
    encoder: { ...encoder720, $schema: '../schemas/encoder.json', alwaysEncode: true },
    ingest: { ...order().ingest, backupKey: 'backup-key-of-sixteen' },
    bypass: 'feed-1',
    forceSlate: true,
    captureSlate: true,
    outputs: outputKind.options.map((kind) => ({
      id: `out-${kind}`,
      kind,
      run: true,
      url: 'rtmp://h/live',
      key: 'k',
      settings:
        kind === 'icecast'
          ? { lowpassHz: 5000, bitrateKbps: 96, somethingNew: 1 }
          : kind === 'rtmp'
            ? { somethingNew: 1 }
            : {},
      backupUrl: 'rtmp://b/live',
      folder: null,
    })),
  });

describe('an order', () => {
  it('for an air of 1 is whole in its words; what it cannot run is named', () => {
    const { order: sent, left } = orderFor(everyKind(), 1);
    const taken = airOrder1.parse(sent);
    expect(taken.contract).toBe(1);
    expect(taken.outputs.map((o) => o.id)).toEqual(['out-rtmp', 'out-icecast']);
    expect(taken.outputs[1]!.settings).toEqual({ lowpassHz: 5000, bitrateKbps: 96 });
    expect(left).toEqual(['out-srt', 'out-vertical', 'out-recording', 'out-hls']);
  });

  it('for the present contract, or a newer, is as it is', () => {
    for (const contract of [airContractVersion, airContractVersion + 1]) {
      const { order: sent, left } = orderFor(everyKind(), contract);
      expect(sent).toEqual(everyKind());
      expect(left).toEqual([]);
    }
  });

  it('of a control of 1 is taken, with what is new left at its default', () => {
    expect(airOrder.parse(recordedOrder1())).toEqual({
      ...recordedOrder1(),
      encoder: { ...recordedOrder1().encoder, alwaysEncode: false },
      ingest: { ...recordedOrder1().ingest, backupKey: null },
      bypass: 'backup',
      forceSlate: false,
      captureSlate: false,
      slatePicture: null,
      outputs: recordedOrder1().outputs.map((o) => ({ ...o, backupUrl: null, folder: null })),
    });
  });
});

describe('a report', () => {
  it('of an air of 1 is understood, whatever is new in it is said to be unknown', () => {
    const report = airReport.parse(recordedReport1());
    expect(report).toMatchObject({ feeding: null, capture: 'idle', backup: null, health: null });
    const output = sampleOutput({ url: 'rtmp://h/live' });
    const now = report.at;
    const old = { ...initialState(station, 1935, now), outputs: { 'out-1': output } };
    const facts = { live: true, now, offsetMs: 0, memory: { since: null, lastSeen: null } };
    const { air, outputs } = applyReport(old, report, facts);
    expect(air).toMatchObject({ feeding: 'slate', slate: 'rendered', onAir: true });
    expect(outputs['out-1']).toMatchObject({ state: 'retrying', problem: { cause: 'refused' } });
  });

  it('of a newer air with a cause that is not known here is understood for the rest', () => {
    const problem = { cause: 'somethingNew', detail: 'd', at: 1 };
    const told = { ...idleReport(1), outputs: { a: { ...liveOutput, problem } } };
    expect(airReport.parse(told).outputs['a']).toEqual({
      ...liveOutput,
      problem: { ...problem, cause: 'unknown' },
    });
  });

  it('for a control of 1 says everything in its words, whatever happens', () => {
    const any = fc.record({
      slate: fc.constantFrom(...slateKind.options),
      capture: fc.constantFrom('idle', 'wanted', 'capturing'),
      feeding: fc.constantFrom('program', 'bypass', 'slate', 'off'),
      cause: fc.constantFrom(...outputCause.options),
    });
    fc.assert(
      fc.property(any, ({ cause, ...facts }) => {
        const report: AirReport = idleReport(1, {
          ...(facts as Partial<AirReport>),
          contract: airContractVersion,
          outputs: {
            a: { ...liveOutput, problem: { cause, detail: '', at: 1 }, via: 'backup' },
            b: liveOutput,
          },
        });
        const told = airReport1.parse(reportFor(report, 1));
        expect(told.contract).toBe(1);
        expect(told.outputs['b']!.problem).toBeNull();
        if (facts.slate === 'captured' || facts.slate === 'none') {
          expect(told.slate).toBe(facts.slate);
        }
        expect(reportFor(report, airContractVersion)).toBe(report);
      }),
    );
  });
});

describe('the last order on disk', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'air-contract-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('written by an air of 1 is resumed by this one', async () => {
    const box = openSecretBox(join(dir, 'secret.key'));
    const file = createOrderFile(join(dir, 'air-order'), box, silentLog, manualClock());
    // An air of 1 wrote what it had parsed, nothing more.
    await file.write(recordedOrder1() as AirOrder);
    const kept = file.read();
    expect(kept).toMatchObject({ rev: 12, live: true, bypass: 'backup', forceSlate: false });
    expect(kept!.outputs.map((o) => o.id)).toEqual(['out-1', 'out-2']);
  });
});
