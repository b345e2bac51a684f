// What the parts of the server say of air, its ingest and its ffmpeg.
import { describe, expect, it } from 'vitest';
import { airParts } from '../../server/outputs/parts.ts';
import { idleReport } from '../service/outputs-samples.ts';
import { apply, now } from './outputs-report-samples.ts';

describe('airParts', () => {
  it('of an ingest that has no order yet says that it starts, and no port', () => {
    const ingest = { ...idleReport(now).ingest, state: 'starting', rtmpPort: 0 } as const;
    const { ingest: part } = airParts({}, 'fresh', idleReport(now, { ingest }), now);
    expect(part).toMatchObject({ state: 'starting', text: 'La recepción RTMP está arrancando…' });
    // What the state shows of it is the port that it will be told.
    const { air } = apply({}, { ingest });
    expect(air.ingest).toMatchObject({ state: 'starting', rtmpPort: 1935 });
  });
  it('says which port is busy and how to change it', () => {
    const report = idleReport(now, {
      ingest: {
        state: 'down',
        rtmpPort: 1999,
        since: now,
        restarts: 3,
        problem: 'portBusy',
        refused: 0,
      },
      ffmpegVersion: null,
    });
    const parts = airParts({}, 'fresh', report, now);
    expect(parts.ingest.state).toBe('down');
    expect(parts.ingest.text).toContain('1999');
    expect(parts.ingest.text).toContain('STUDIO_RTMP_PORT');
    expect(parts.ffmpeg.state).toBe('down');
    expect(parts.air.state).toBe('ok');
  });
  it('claims nothing once the reports stopped, and keeps `since` while it says the same', () => {
    const report = idleReport(now);
    const fresh = airParts({}, 'fresh', report, now);
    const still = airParts(fresh, 'fresh', report, now + 5000);
    expect(still).toEqual(fresh);
    const stale = airParts(still, 'stale', report, now + 9000);
    expect(stale.air).toMatchObject({ state: 'down', since: now + 9000 });
    expect(stale.ingest.state).toBe('warn');
  });
});
