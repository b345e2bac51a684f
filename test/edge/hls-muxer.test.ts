// What ffmpeg is asked for by the web player, from a real ffmpeg.
import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { webPlayerArgs } from '../../server/air/outputs/ffmpeg-args.ts';

test('fragments without an index at the end, which it would hold in memory for as long as it runs', async () => {
  const source = [
    ...'-nostdin -v error -f lavfi -i testsrc2=size=64x64:rate=30 -f lavfi -i sine'.split(' '),
    ...'-t 2 -c:v libx264 -preset ultrafast -g 30 -c:a aac -f flv pipe:1'.split(' '),
  ];
  const encoder = spawn('ffmpeg', source, { stdio: ['ignore', 'pipe', 'ignore'] });
  const progress = ['pipe', 'pipe', 'ignore', 'ignore'] as const;
  const muxer = spawn('ffmpeg', webPlayerArgs(180), { stdio: [...progress] });
  encoder.stdout.pipe(muxer.stdin!);
  const media = (await buffer(muxer.stdout!)).toString('latin1');
  expect(media.split('moof').length).toBeGreaterThan(8);
  expect(media.includes('mfra')).toBe(false);
});
