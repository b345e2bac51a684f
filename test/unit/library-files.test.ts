// The files of this project: all valid, as the platforms ask, each with its JSON Schema.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadLibrary } from '../../server/library/load.ts';
import { jsonSchemas } from '../../server/library/schemas.ts';
import { gridOffReason, profilesPart } from '../../server/library/service.ts';
import { destinationFiles, libraryCopy, project, type LibraryCopy } from './library-copy.ts';

let copy: LibraryCopy;
beforeEach(() => {
  copy = libraryCopy();
});
afterEach(() => copy.remove());

describe('the files of this project', () => {
  test('are all valid', () => {
    const library = loadLibrary(copy.root);
    expect(library.problems).toEqual([]);
    expect(library.station.zone).toBe('America/Bogota');
    expect(library.encoder.id).toBe('720p30');
    expect([...library.encoders.keys()]).toEqual(['1080p30', '360p30', '720p30', '720p30-siempre']);
    expect([...library.destinations.keys()]).toEqual(destinationFiles());
    expect(library.destinations.get('recording')?.kind).toBe('recording');
    expect(library.units.get('liveu')?.feeds.map((f) => f.label)).toEqual([
      'Cámara 1',
      'Cámara 2',
      'Cámara 3',
      'Cámara 4',
    ]);
    expect(library.schedule?.programs.map((p) => p.name)).toEqual([
      'Zona Tributaria',
      'El Momento de Todas',
      'Participación Abierta y Comunitaria',
      'Mundo Positivo',
      'Al Día con el Sisbén',
      'Ciclo Vital',
    ]);
    expect(library.holidays[0]?.days.every((d) => !d.verified)).toBe(true);
    expect(library.stationIsFallback).toBe(false);
    expect(gridOffReason(library)).toBeNull();
    expect(profilesPart(library, 5)).toMatchObject({ state: 'ok', since: 5 });
  });

  test('every encoder and destination agree with what the platforms ask', () => {
    const library = loadLibrary(copy.root);
    const facebook = library.destinations.get('facebook-live');
    expect(facebook?.limits).toMatchObject({ maxVideoKbps: 6000, maxAudioKbps: 128, maxHours: 8 });
    for (const encoder of library.encoders.values()) {
      expect(encoder.keyframeSeconds).toBe(2);
      expect(encoder.videoKbps).toBeLessThanOrEqual(6000);
      expect(encoder.audioKbps).toBeLessThanOrEqual(128);
    }
  });

  test('the JSON Schemas are those of the contract', () => {
    const schemas = jsonSchemas();
    for (const [name, schema] of Object.entries(schemas)) {
      const text = readFileSync(join(project, 'profiles/schemas', name), 'utf8');
      expect(JSON.parse(text), `${name}: run node server/library/write-schemas.ts`).toEqual(schema);
    }
  });

  test('each names a schema that exists', () => {
    const files = [
      'profiles/station.json',
      'schedules/capital-musical.json',
      'schedules/holidays-co.json',
    ];
    for (const folder of ['encoders', 'destinations', 'units']) {
      const first = [...loadLibrary(copy.root)[folder as 'encoders'].keys()];
      files.push(...first.map((id) => `profiles/${folder}/${id}.json`));
    }
    for (const file of files) {
      const value = JSON.parse(readFileSync(join(project, file), 'utf8')) as { $schema: string };
      expect(() => readFileSync(join(project, file, '..', value.$schema)), file).not.toThrow();
    }
  });
});
