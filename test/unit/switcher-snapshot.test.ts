// OBS's answers and events → the state.
import { describe, expect, it } from 'vitest';
import type { SwitcherState } from '../../server/contract/switcher.ts';
import { applyEvent, needsReading } from '../../server/switcher/obs-events.ts';
import {
  cutTransition,
  fromSnapshot,
  renameInput,
  renameScene,
  streamingFromEvent,
  streamingFromStatus,
  type RawSnapshot,
} from '../../server/switcher/snapshot.ts';

const item = (id: number, source: string) => ({ id, source, enabled: true });
const raw: RawSnapshot = {
  program: 'Estudio',
  obsPreview: null,
  studioMode: false,
  // OBS lists from the bottom up.
  scenes: [
    { name: 'Ya regresamos', uuid: null, items: [item(1, 'Fondo'), item(2, 'Texto')] },
    { name: 'Estudio', uuid: null, items: [item(1, 'Cámara')] },
  ],
  transitions: [
    { name: 'Corte', kind: 'cut_transition', fixed: true },
    { name: 'Fundido', kind: 'fade_transition', fixed: false },
  ],
  transition: { name: 'Corte', durationMs: null },
  inputs: [
    { name: 'Música', kind: 'ffmpeg_source', muted: false, volumeDb: 0 },
    { name: 'Cámara', kind: 'ffmpeg_source', muted: true, volumeDb: -6 },
  ],
  texts: [
    { name: 'Aviso', text: '' },
    { name: 'Rótulo', text: 'x' },
  ],
  streaming: 'off',
};
const own = {
  preview: 'Estudio',
  durationMs: 300,
  slateScene: 'Ya regresamos',
  lowerThird: 'Rótulo',
};

describe('fromSnapshot', () => {
  it('lists top first, the lower third before other texts, inputs by name', () => {
    const seen = fromSnapshot(raw, own);
    expect(seen.scenes.map((s) => s.name)).toEqual(['Estudio', 'Ya regresamos']);
    expect(seen.scenes[1]?.items.map((i) => i.source)).toEqual(['Texto', 'Fondo']);
    expect(seen.texts.map((t) => t.name)).toEqual(['Rótulo', 'Aviso']);
    expect(seen.inputs.map((i) => i.name)).toEqual(['Cámara', 'Música']);
  });

  it('keeps its own preview outside studio mode, OBS’s inside, and none that is gone', () => {
    expect(fromSnapshot(raw, own).preview).toBe('Estudio');
    expect(fromSnapshot(raw, { ...own, preview: 'Borrada' }).preview).toBeNull();
    const studio = { ...raw, studioMode: true, obsPreview: 'Ya regresamos' };
    expect(fromSnapshot(studio, own).preview).toBe('Ya regresamos');
  });

  it('has a slate only if its scene is there', () => {
    expect(fromSnapshot(raw, own).slateScene).toBe('Ya regresamos');
    expect(fromSnapshot(raw, { ...own, slateScene: 'Otra' }).slateScene).toBeNull();
  });

  it('remembers the duration that OBS does not tell for a cut', () => {
    expect(fromSnapshot(raw, own).transition).toEqual({
      name: 'Corte',
      durationMs: 300,
      available: ['Corte', 'Fundido'],
    });
  });
});

it('finds the cut by kind, whatever its name', () => {
  expect(cutTransition(raw.transitions)).toBe('Corte');
  expect(cutTransition([])).toBeNull();
});

it.each([
  ['OBS_WEBSOCKET_OUTPUT_STARTED', 'on'],
  ['OBS_WEBSOCKET_OUTPUT_RECONNECTING', 'reconnecting'],
  ['OBS_WEBSOCKET_OUTPUT_STOPPED', 'off'],
  ['OBS_WEBSOCKET_OUTPUT_PAUSED', null],
])('%s is %s', (said, word) => {
  expect(streamingFromEvent(said)).toBe(word);
});

it('reads the stream status', () => {
  expect(streamingFromStatus({ outputActive: true, outputReconnecting: true })).toBe(
    'reconnecting',
  );
  expect(streamingFromStatus({ outputActive: true, outputReconnecting: false })).toBe('on');
  expect(streamingFromStatus({ outputActive: false, outputReconnecting: false })).toBe('off');
});

function state(): SwitcherState {
  const seen = fromSnapshot(raw, own);
  return {
    connection: 'connected',
    ownership: 'managed',
    problem: null,
    obsVersion: '29',
    programBy: null,
    programSince: 0,
    beforeSlate: 'Estudio',
    encoder: {
      width: null,
      height: null,
      fps: null,
      droppedFrames: 0,
      renderSkipped: 0,
      cpuPercent: null,
      warning: null,
    },
    ...structuredClone(seen),
    transition: { ...seen.transition, phase: 'mixing', to: 'Estudio' },
  };
}

describe('renaming', () => {
  it('a scene, everywhere', () => {
    const s = state();
    renameScene(s, 'Estudio', 'Set');
    expect([s.program, s.preview, s.beforeSlate, s.transition.to, s.scenes[0]?.name]).toEqual(
      Array.from({ length: 5 }, () => 'Set'),
    );
    renameScene(s, 'Ya regresamos', 'Pausa');
    expect(s.slateScene).toBe('Pausa');
  });
  it('an input, everywhere', () => {
    const s = state();
    renameInput(s, 'Cámara', 'Cámara 1');
    expect(s.inputs.map((i) => i.name)).toContain('Cámara 1');
    expect(s.scenes[0]?.items[0]?.source).toBe('Cámara 1');
  });
});

describe('events', () => {
  it('that tell it all change the state', () => {
    const s = state();
    applyEvent(s, {
      name: 'InputMuteStateChanged',
      data: { inputName: 'Música', inputUuid: '', inputMuted: true },
    });
    applyEvent(s, {
      name: 'InputVolumeChanged',
      data: { inputName: 'Música', inputUuid: '', inputVolumeMul: 0.5, inputVolumeDb: -6.0206 },
    });
    applyEvent(s, {
      name: 'SceneItemEnableStateChanged',
      data: { sceneName: 'Estudio', sceneUuid: '', sceneItemId: 1, sceneItemEnabled: false },
    });
    expect(s.inputs.find((i) => i.name === 'Música')).toMatchObject({ muted: true, volumeDb: -6 });
    expect(s.scenes[0]?.items[0]?.enabled).toBe(false);
  });

  it('that only say that something changed ask for a reading', () => {
    expect(
      needsReading({
        name: 'SceneRemoved',
        data: { sceneName: 'Estudio', sceneUuid: '', isGroup: false },
      }),
    ).toBe(true);
    expect(
      needsReading({
        name: 'StudioModeStateChanged',
        data: { studioModeEnabled: true },
      }),
    ).toBe(false);
  });
});
