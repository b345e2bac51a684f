// When OBS is started, restarted or left alone.
import { describe, expect, it } from 'vitest';
import { streamStep, type StreamFacts } from '../../server/outputs/stream-step.ts';

const base: StreamFacts = {
  wanted: true,
  obsConnected: true,
  streaming: 'on',
  ingestUp: true,
  source: 'live',
  arriving: false,
  absentMs: 0,
  streamingMs: 60_000,
};

describe('streamStep', () => {
  it.each<[string, Partial<StreamFacts>, 'none' | 'start' | 'restart']>([
    ['all is well', {}, 'none'],
    ['OBS is not streaming', { streaming: 'off', source: 'slate' }, 'start'],
    [
      'it comes in shreds that the bus does not trust',
      { source: 'slate', arriving: true, absentMs: 60_000 },
      'none',
    ],
    ['nobody wants it', { wanted: false, streaming: 'off' }, 'none'],
    ['OBS is away', { obsConnected: false, streaming: 'off' }, 'none'],
    ['the ingest cannot take it yet', { ingestUp: false, streaming: 'off' }, 'none'],
    [
      'OBS is starting',
      { streaming: 'starting', source: 'slate', absentMs: 3000, streamingMs: 3000 },
      'none',
    ],
    ['OBS is stopping', { streaming: 'stopping', source: 'slate', absentMs: 30_000 }, 'none'],
    [
      'OBS reconnects on its own',
      { streaming: 'reconnecting', source: 'slate', streamingMs: 1000 },
      'none',
    ],
    [
      'OBS waits too long to reconnect',
      { streaming: 'reconnecting', source: 'slate', streamingMs: 2500 },
      'restart',
    ],
    ['the program just went', { source: 'slate', absentMs: 4000 }, 'none'],
    ['OBS streams but nothing arrives', { source: 'slate', absentMs: 10_500 }, 'restart'],
    [
      'OBS began again a moment ago',
      { source: 'slate', absentMs: 20_000, streamingMs: 2000 },
      'none',
    ],
    [
      'it arrives although OBS says it reconnects',
      { streaming: 'reconnecting', streamingMs: 9000 },
      'none',
    ],
  ])('%s', (_, facts, act) => {
    expect(streamStep({ ...base, ...facts }).act).toBe(act);
  });
});
