// What a managed OBS is generated from the station's profile.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encoderProfile, obsProfile } from '../../server/contract/profiles.ts';
import {
  judgeEncoder,
  keyframeSeconds,
  x264Options,
  type RawEncoder,
} from '../../server/switcher/encoder-check.ts';
import { globalIni, profileIni } from '../../server/switcher/obs-ini.ts';
import { fillSettings, obsColor, type StationWords } from '../../server/switcher/obs-words.ts';
import { sceneCollection, startingWith } from '../../server/switcher/scene-collection.ts';

const words: StationWords = {
  station: 'Capital Musical',
  shortName: 'Capital',
  city: 'Ibagué',
  slateText: 'Ya regresamos',
  brand: '#ff8000',
  onBrand: '#ffffff',
  slate: '#10233f',
  onSlate: '#ffffff',
  font: '/fonts/x.ttf',
};

const profile = obsProfile.parse(
  JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../profiles/obs/capital-musical.json'), 'utf8'),
  ),
);

const encoder = encoderProfile.parse({
  id: '720p30',
  name: '720p30',
  width: 1280,
  height: 720,
  fps: 30,
  videoKbps: 4000,
  audioKbps: 128,
  audioRate: 48_000,
  audioChannels: 2,
  keyframeSeconds: 2,
  h264Profile: 'high',
  x264Preset: 'veryfast',
});

describe('words and colours', () => {
  it('fills in braces at any depth and leaves unknown ones', () => {
    expect(
      fillSettings({ text: '{station} · {nada}', deep: [{ font: '{font}' }], n: 3 }, words),
    ).toEqual({ text: 'Capital Musical · {nada}', deep: [{ font: '/fonts/x.ttf' }], n: 3 });
  });
  it('turns colours into OBS’s numbers', () => {
    expect(obsColor('#ff8000')).toBe(0xff0080ff);
    expect(fillSettings('{brand}', words)).toBe(0xff0080ff);
    expect(fillSettings('no es #ff8000', words)).toBe('no es #ff8000');
  });
});

describe('the station’s profile', () => {
  it('names only sources and scenes that it has', () => {
    const sources = new Set(profile.sources.map((s) => s.name));
    const scenes = new Set(profile.scenes.map((s) => s.name));
    for (const scene of profile.scenes) {
      for (const item of scene.items) expect(sources, scene.name).toContain(item.source);
    }
    for (const name of [profile.slateScene, profile.startScene, profile.fieldScene]) {
      expect(scenes).toContain(name);
    }
    for (const name of [profile.fieldSource, profile.lowerThird]) expect(sources).toContain(name);
    expect(sources.size).toBe(profile.sources.length);
    for (const name of sources) expect(scenes).not.toContain(name);
  });

  it('has the scenes a station needs', () => {
    expect(profile.scenes.map((s) => s.name)).toEqual([
      'Estudio',
      'Entrevista',
      'Campo',
      'Lengua de señas',
      'Cortinilla',
      'Ya regresamos',
    ]);
  });
});

describe('sceneCollection', () => {
  const made = sceneCollection('X', profile, encoder, words);
  const sources = made['sources'] as {
    name: string;
    id: string;
    versioned_id: string;
    volume: number;
    settings: { items?: { name: string; pos: object; scale: object; bounds: object }[] };
  }[];

  it('scales what is drawn for 1920 to the encoder’s width', () => {
    const studio = sources.find((s) => s.name === 'Estudio');
    const camera = studio?.settings.items?.find((i) => i.name === 'Cámara de estudio');
    expect(camera).toMatchObject({
      pos: { x: expect.closeTo(400 / 1.5) as number, y: expect.closeTo(170 / 1.5) as number },
      bounds: { x: expect.closeTo(1120 / 1.5) as number, y: 420 },
      scale: { x: 1, y: 1 },
    });
    const title = studio?.settings.items?.find((i) => i.name === 'Título estudio');
    expect(title).toMatchObject({ scale: { x: expect.closeTo(2 / 3) as number } });
  });

  it('carries kinds with and without their version, and volumes as factors', () => {
    expect(sources.find((s) => s.name === 'Fondo estudio')).toMatchObject({
      id: 'color_source',
      versioned_id: 'color_source_v3',
    });
    const quiet = sceneCollection(
      'X',
      { ...profile, sources: [{ ...profile.sources[0]!, volumeDb: -20 }] },
      encoder,
      words,
    );
    expect((quiet['sources'] as { volume: number }[])[0]?.volume).toBeCloseTo(0.1);
  });

  it('starts on the wished scene, if there is one of that name', () => {
    expect(startingWith(made, 'Campo')).toMatchObject({
      current_scene: 'Campo',
      current_program_scene: 'Campo',
    });
    expect(startingWith(made, 'No existe')).toBe(made);
  });
});

describe('settings files', () => {
  it('OBS is reachable with a password, and does not draw for nobody', () => {
    const ini = globalIni(4460, 'secreta');
    expect(ini).toContain('ServerPort=4460\n');
    expect(ini).toContain('AuthRequired=true\nServerPassword=secreta\n');
    expect(ini).toContain('PreviewEnabled=false\n');
  });
  it('the encoder is the station’s', () => {
    const ini = profileIni(encoder);
    expect(ini).toContain('[Video]\nBaseCX=1280\nBaseCY=720\n');
    expect(ini).toContain('VBitrate=4000\n');
    expect(ini).toContain(`x264Settings=${x264Options(encoder)}\n`);
    expect(ini.match(/\[Output\]/g)).toHaveLength(1);
  });
});

describe('judgeEncoder', () => {
  const right: RawEncoder = {
    width: 1280,
    height: 720,
    fps: 30,
    mode: 'Simple',
    streamEncoder: 'x264',
    useAdvanced: true,
    x264Settings: x264Options(encoder),
    videoKbps: 4000,
  };
  it('is content with the station’s own settings', () => {
    expect(keyframeSeconds(right)).toBe(2);
    expect(judgeEncoder(right, encoder)).toBeNull();
  });
  it.each([
    ['x264’s default key frames', { x264Settings: '' }, /cuadro clave cada 8,3 s/],
    ['options that are switched off', { useAdvanced: false }, /cuadro clave/],
    ['another size', { width: 1920, height: 1080 }, /1920×1080/],
    ['another rate', { fps: 60 }, /cuadros por segundo/],
    ['too many bits', { videoKbps: 9000 }, /9000 kb\/s/],
  ])('warns of %s', (_case, change, says) => {
    const changed = { ...right, ...change };
    // At another rate the distance in frames is right only if it is the same in seconds.
    if (changed.fps === 60) changed.x264Settings = 'keyint=120';
    expect(judgeEncoder(changed, encoder)?.es).toMatch(says);
  });
  it('says nothing of key frames it cannot read', () => {
    expect(keyframeSeconds({ ...right, mode: 'Advanced' })).toBeNull();
    expect(judgeEncoder({ ...right, mode: 'Advanced', videoKbps: null }, encoder)).toBeNull();
  });
});
