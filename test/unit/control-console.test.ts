// The lines of the start: what starts says so, and each part is told once per change.
import { expect, test } from 'vitest';
import { announceParts } from '../../server/console.ts';
import type { PartState } from '../../server/contract/station.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { createStateStore } from '../../server/core/state-store.ts';
import { station } from '../service/outputs-samples.ts';

const part = (state: PartState['state'], text: string): PartState => ({
  state,
  text,
  textEn: text,
  since: 0,
});

test('a part that starts is marked as such, and told again only when it changed', () => {
  const store = createStateStore(initialState(station, 1935, 0));
  const show = (name: 'obs' | 'air', state: PartState): void => {
    store.change((draft) => {
      draft.parts[name] = state;
    });
    store.flush();
  };
  show('obs', part('starting', 'OBS está arrancando…'));
  show('air', part('off', 'Esperando…'));
  const lines: string[] = [];
  const hush = announceParts(store, (line) => void lines.push(line.trim()));
  expect(lines).toEqual(['… OBS       OBS está arrancando…']);
  show('obs', { ...part('starting', 'OBS está arrancando…'), since: 5 });
  expect(lines).toHaveLength(1);
  show('obs', part('ok', 'OBS 29.'));
  show('air', part('ok', 'En marcha.'));
  show('air', part('off', 'Esperando…'));
  expect(lines.slice(1)).toEqual([
    '✓ OBS       OBS 29.',
    '✓ Emisión   En marcha.',
    '– Emisión   Esperando…',
  ]);
  hush();
  show('obs', part('down', 'Se perdió.'));
  expect(lines).toHaveLength(4);
});
