// A morning of three programmes, and what the tests of the running grid look at.
import { aDocument, aSlot } from '../unit/grid-samples.ts';
import type { Bench } from './grid-kit.ts';

/** 08:00 Estudio, 09:00 Entrevista, 10:30 Campo; nothing from 10:00 to 10:30. */
export const morning = aDocument(
  [
    aSlot(),
    aSlot({ id: 'dos', program: 'mundo', start: '09:00', scene: 'Entrevista' }),
    aSlot({ id: 'tres', program: 'ciclo', start: '10:30', durationMinutes: 30, scene: 'Campo' }),
  ],
  'Horarios de ejemplo.',
);

/** The grid as the state shows it. */
export const shown = (b: Bench) => b.state().get().grid;
/** The alarms of the state, by id. */
export const alarms = (b: Bench) => b.state().get().alarms;
/** The scenes the grid asked OBS for, in order. */
export const scenes = (b: Bench): string[] => b.switcher.takes.map((t) => t.scene);
