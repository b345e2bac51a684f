// States of the studio in which an operator looks at the page: each writes all that the one before may have left.
import type { Occurrence } from '../../server/contract/grid.ts';
import type { Output } from '../../server/contract/outputs.ts';
import type { Alarm } from '../../server/contract/station.ts';
import type { StudioState } from '../../server/contract/state.ts';
import { calmHealth, sampleOutput } from '../kit/samples.ts';

const scenes = ['Estudio', 'Entrevista', 'Campo', 'Lengua de señas', 'Cortinilla', 'Ya regresamos'];

const occurrence = (title: string, start: number): Occurrence => ({
  id: title,
  slot: null,
  program: title,
  title,
  department: 'Hacienda',
  start,
  end: start + 3_600_000,
  date: '2026-11-24',
  time: '11:00:00',
  scene: 'Estudio',
  layer: 'grid',
  signLanguage: false,
  captions: false,
  problem: null,
});

/** The station off the air, with OBS there and two platforms that nobody started. */
export function offAir(state: StudioState): void {
  const now = Date.now();
  Object.assign(state.station, { name: 'Capital Musical', shortName: 'Capital Musical' });
  Object.assign(state.switcher, {
    connection: 'connected',
    ownership: 'managed',
    studioMode: true,
    scenes: scenes.map((name) => ({
      name,
      uuid: name,
      items: [
        { id: 1, source: 'Cámara de estudio', enabled: true },
        { id: 2, source: `Título ${name.toLowerCase()}`, enabled: true },
        { id: 3, source: 'Rótulo', enabled: true },
      ],
    })),
    program: 'Ya regresamos',
    preview: null,
    programBy: null,
    programSince: now - 41_000,
    slateScene: 'Ya regresamos',
    beforeSlate: null,
    transition: {
      name: 'Fundido',
      durationMs: 300,
      available: ['Corte', 'Fundido'],
      phase: 'settled',
      to: null,
    },
    inputs: ['Cámara de estudio', 'Señal de campo', 'Tono de espera'].map((name) => ({
      name,
      kind: 'ffmpeg_source',
      muted: name === 'Señal de campo',
      volumeDb: 0,
    })),
    texts: ['Rótulo', 'Nombre de la estación', 'Título estudio'].map((name) => ({
      name,
      text: '',
    })),
  });
  Object.assign(state.air, {
    connected: true,
    order: 'stop',
    onAir: false,
    source: 'off',
    feeding: 'off',
    since: null,
    sourceSince: null,
    program: null,
    health: null,
    slate: 'rendered',
    forced: null,
    reportedAt: now,
  });
  state.alarms = {};
  Object.assign(state.grid, {
    mode: 'automatic',
    hold: null,
    now: occurrence('Zona Tributaria', now - 1_200_000),
    next: occurrence('Al Día con el Sisbén', now + 2_400_000),
    note: 'Los horarios son ejemplos para probar el sistema: la parrilla real se publica aparte.',
  });
  state.outputs = {
    fb: destination({ name: 'Facebook', priority: 10 }),
    yt: destination({ name: 'YouTube', priority: 20, mayShed: true }),
  };
  Object.assign(state.uplink, {
    declaredKbps: 10_000,
    usableKbps: 8000,
    needKbps: 6600,
    sendingKbps: 0,
    fits: true,
    shedAllowed: true,
  });
}

function destination(more: Partial<Output>): Output {
  return sampleOutput({ order: 'stop', state: 'idle', needKbps: 3300, profile: 'x', ...more });
}

/** The same on the air: an operator took over, everybody receives. */
export function onAir(state: StudioState): void {
  offAir(state);
  const now = Date.now();
  Object.assign(state.switcher, {
    program: 'Estudio',
    preview: 'Entrevista',
    programBy: 'admin',
    programSince: now - 95_000,
  });
  Object.assign(state.air, {
    order: 'live',
    onAir: true,
    source: 'live',
    feeding: 'program',
    since: now - 2_472_000,
    sourceSince: now - 2_472_000,
    slate: 'captured',
    health: calmHealth,
    program: {
      videoCodec: 'h264',
      audioCodec: 'AAC',
      width: 1280,
      height: 720,
      fps: 30,
      bitrateKbps: 3160,
      keyframeSeconds: 2,
    },
  });
  Object.assign(state.grid, {
    mode: 'manual',
    hold: {
      by: 'admin',
      reason: 'Puso «Lengua de señas» en previo',
      since: now - 95_000,
      kind: 'takeover',
    },
  });
  for (const output of Object.values(state.outputs)) {
    Object.assign(output, {
      order: 'start',
      state: 'live',
      liveSince: now - 2_400_000,
      bitrateKbps: 3280,
      needKbps: 3300,
    });
  }
  state.uplink.sendingKbps = 6560;
}

/** YouTube gave way to Facebook because the uplink does not suffice. */
export function oneShed(state: StudioState): void {
  onAir(state);
  Object.assign(state.uplink, { declaredKbps: 5000, usableKbps: 4000, fits: false });
  Object.assign(state.outputs['yt'] ?? {}, {
    state: 'idle',
    shed: true,
    liveSince: null,
    bitrateKbps: 0,
    problem: { cause: 'shed', text: 'Detenida.', textEn: 'Stopped.', detail: '', at: Date.now() },
  });
  state.uplink.sendingKbps = 3280;
}

/** OBS is gone, the slate goes out, and the most pressing alarm says so. */
export function obsLost(state: StudioState): void {
  onAir(state);
  const now = Date.now();
  Object.assign(state.switcher, { connection: 'disconnected', program: null, programBy: null });
  Object.assign(state.air, { source: 'slate', feeding: 'slate', sourceSince: now - 12_000 });
  state.alarms['air-slate'] = sampleAlarm({
    text: 'Se perdió la señal de OBS; sale «Ya regresamos» de OBS.',
    advice: 'OBS no responde. Ábralo o reinícielo: al volver se reanuda solo.',
  });
}

/** «Ya regresamos» went on by hand in a healthy OBS, over the scene that was on. */
export function slateScene(state: StudioState): void {
  onAir(state);
  Object.assign(state.switcher, {
    program: 'Ya regresamos',
    programBy: 'admin',
    programSince: Date.now() - 5000,
    beforeSlate: 'Lengua de señas',
  });
}

/** On the air for an hour, and no platform takes it. */
export function nobodyReceives(state: StudioState): void {
  onAir(state);
  for (const output of Object.values(state.outputs)) {
    Object.assign(output, { state: 'retrying', liveSince: null, bitrateKbps: 0 });
  }
  state.alarms['outputs'] = sampleAlarm({
    id: 'outputs',
    text: 'El equipo de OBS no alcanza: en el último medio minuto se saltó más del 2 % de los cuadros.',
    advice: 'Cierre los demás programas de ese equipo.',
  });
}

/** A critical alarm since twelve seconds, that nobody has seen. */
export function sampleAlarm(more: Partial<Alarm>): Alarm {
  return {
    id: 'air-slate',
    severity: 'critical',
    text: '',
    textEn: '',
    advice: '',
    adviceEn: '',
    since: Date.now() - 12_000,
    clearedAt: null,
    seenBy: null,
    ...more,
  };
}
