// Workers never outlive the process that feeds them, however it ends.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { startNginxRtmp } from '../kit/nginx-rtmp.ts';
import { until } from '../kit/until.ts';
import { alive } from './ingest-harness.ts';

const root = join(import.meta.dirname, '..', '..');
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

const program = (url: string) => `
  import { createOutputs } from '${root}/server/air/outputs/outputs.ts';
  import { systemClock } from '${root}/server/core/clock.ts';
  import { startSimulatedBus } from '${root}/test/kit/simulated-bus.ts';
  const say = (fields) => console.log(JSON.stringify(fields));
  const log = { debug: say, info: say, warn: say, error: say, child: () => log };
  const tap = await startSimulatedBus();
  const o = createOutputs({ tap, clock: systemClock(), log, random: Math.random });
  o.apply(
    [{ id: 'a', kind: 'rtmp', url: '${url}', key: 'k', run: true, settings: null }],
    { videoKbps: 1500, audioKbps: 128 },
  );
`;

test('SIGKILL of the process ends its workers and their sessions', async () => {
  const platform = await startNginxRtmp();
  closing.push(() => platform.close());
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program(platform.url)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  createInterface({ input: parent.stdout }).on('line', (line) => said.push(line));
  closing.push(() => parent.kill('SIGKILL'));
  const worker = await until(
    'the worker is live',
    () => {
      const line = said.find((l) => l.includes('"phase":"live"'));
      return line && (JSON.parse(line) as { worker: number }).worker;
    },
    30_000,
  );
  expect(readFileSync(`/proc/${worker}/comm`, 'utf8').trim()).toBe('ffmpeg');
  parent.kill('SIGKILL');
  await until('the worker is gone', () => !alive(worker), 5000);
});
