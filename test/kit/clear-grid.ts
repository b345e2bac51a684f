// The station's programmes without a slot: a test that lasts minutes must not meet the hour of one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scheduleDocument } from '../../server/contract/grid.ts';
import type { StudioClient } from './studio-client.ts';
import { rootDir } from './studio.ts';

/** Publishes it, and resolves once nothing is on nor comes next: only what a test inserts is taken. */
export async function clearGrid(client: StudioClient): Promise<void> {
  const file = join(rootDir, 'schedules', 'capital-musical.json');
  const document = scheduleDocument.parse(JSON.parse(readFileSync(file, 'utf8')));
  await client.command('grid.publish', { ...document, slots: [] });
  await client.see('an empty grid', (s) => s.grid.now === null && s.grid.next === null);
}
