// The backup encoder's path in the ingest: a key of its own, none without one, and a report of its own.
import { expect, it } from 'vitest';
import { admitPlay, admitPublish, type IngestSettings } from '../../server/air/ingest/guard.ts';
import {
  differs,
  initialView,
  withDeath,
  withReport,
  withSettings,
} from '../../server/air/ingest/ingest-state.ts';
import type { ChildReport, PathReport } from '../../server/air/ingest/messages.ts';

const settings: IngestSettings = {
  rtmpPort: 1935,
  programKey: 'program-key-123456',
  backupKey: 'backup-key-1234567',
  playKey: 'play-key-12345678',
  feeds: [],
};
const ask = (key: string) => ({ app: 'program', name: 'backup', key });

it('takes the backup encoder by its own key alone', () => {
  expect(admitPublish(settings, ask('backup-key-1234567'))).toMatchObject({ ok: true });
  for (const key of ['program-key-123456', 'play-key-12345678', '', 'null']) {
    expect(admitPublish(settings, ask(key))).toEqual({ ok: false, reason: 'wrongKey' });
  }
  expect(admitPlay(settings, ask('play-key-12345678'))).toMatchObject({ ok: true });
});

it('takes nobody without a key in the order', () => {
  const { backupKey: _none, ...older } = settings;
  for (const order of [{ ...settings, backupKey: null }, { ...settings, backupKey: '' }, older]) {
    for (const key of ['', 'null', 'undefined', 'program-key-123456']) {
      expect(admitPublish(order, ask(key)).ok).toBe(false);
    }
  }
});

it('reports the backup encoder while it publishes, and through the end of the child', () => {
  const path: PathReport = {
    session: 3,
    connectedMs: 1000,
    lastPacketMs: 20,
    remote: '10.0.0.9',
    stream: null,
    end: null,
  };
  const report: ChildReport = {
    t: 'report',
    listening: 'up',
    detail: null,
    rtmpPort: 1935,
    httpPort: 4000,
    refused: 0,
    refusals: [],
    paths: {},
  };
  const none = withReport(withSettings(initialView(0), settings, 0), report, 5000);
  expect(none.report.backup).toBeNull();
  const there = withReport(none, { ...report, paths: { 'program/backup': path } }, 5000);
  expect(there.report.backup).toMatchObject({ connected: true, remote: '10.0.0.9' });
  expect(there.report.program).toBeNull();
  expect(differs(none.report, there.report)).toBe(true);
  expect(withDeath(there, 6000).report.backup).toBeNull();
});
