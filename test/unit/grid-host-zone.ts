// Run as a child under different host zones: prints everything the grid derives, to be compared.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scheduleDocument } from '../../server/contract/grid.ts';
import { publishConflicts } from '../../server/grid/requests.ts';
import { occurrencesBetween } from '../../server/grid/resolve.ts';
import { playPlan } from '../../server/grid/plan.ts';
import { dayRange } from '../../server/grid/wall-clock.ts';
import { aPlan, aSlot, changesOf } from './grid-samples.ts';

process.stdout.write(`host ${Intl.DateTimeFormat().resolvedOptions().timeZone}\n`);

const file = join(import.meta.dirname, '../../schedules/capital-musical.json');
const document = scheduleDocument.parse(JSON.parse(readFileSync(file, 'utf8')));
const samples = aPlan(
  [
    aSlot({ id: 'noche', start: '23:30', durationMinutes: 90 }),
    aSlot({ id: 'madrugada', start: '02:30', durationMinutes: 45, program: 'mundo' }),
  ],
  changesOf(
    { action: 'cancel', slot: 'noche', date: '2026-03-10' },
    { action: 'move', slot: 'noche', date: '2026-03-12', toDate: '2026-03-29', toStart: '02:10' },
    {
      action: 'insert',
      program: 'ciclo',
      date: '2026-11-01',
      start: '01:30',
      durationMinutes: 60,
      scene: 'Campo',
    },
  ),
);
for (const zone of ['America/Bogota', 'Europe/Madrid', 'America/New_York']) {
  const plans = [
    { document, changes: [], zone, scenes: null },
    { ...samples, zone },
  ];
  for (const [from, to] of [
    ['2026-03-01', '2026-04-05'],
    ['2026-10-20', '2026-11-30'],
  ] as const) {
    const { start, end } = dayRange(from, to, zone);
    for (const plan of plans) {
      for (const segment of playPlan(occurrencesBetween(plan, start, end))) {
        const o = segment.occurrence;
        const line = [zone, o.id, o.date, o.time, o.start, o.end, segment.start, segment.end];
        process.stdout.write(`${line.join(' ')}\n`);
      }
    }
  }
}
process.stdout.write(`${JSON.stringify(publishConflicts(document, [], '2026-11-20'))}\n`);
