// What the loaded library shows to people: sentences, its part of the state, and `library.list`.
import type { Handlers } from '../contract/commands.ts';
import type { LibraryProblem } from '../contract/profiles.ts';
import type { PartState, StationState } from '../contract/station.ts';
import type { Words } from '../core/errors.ts';
import type { Library } from './load.ts';

/** One problem as a sentence for the console or the screen: file, place, path and what was expected. */
export function problemWords(problem: LibraryProblem): Words {
  const where = (line: string, column: string, at: string): string => {
    const place =
      problem.line === null ? '' : ` (${line} ${problem.line}, ${column} ${problem.column ?? 1})`;
    return `${problem.file}${place}${problem.path ? ` ${at} «${problem.path}»` : ''}`;
  };
  return {
    es: `${where('línea', 'columna', 'en')}: se esperaba ${problem.expected}.`,
    en: `${where('line', 'column', 'at')}: expected ${problem.expectedEn}.`,
  };
}

/** Why the grid must not run with this library; null when it may. */
export function gridOffReason(library: Library): Words | null {
  if (!library.stationIsFallback) return null;
  return {
    es: 'Parrilla apagada: no se sabe la zona horaria de la estación. Corrija profiles/station.json y reinicie.',
    en: 'Grid off: the zone of the station is not known. Mend profiles/station.json and restart.',
  };
}

/** `state.parts.profiles`: what start-up found; `now` in epoch ms. */
export function profilesPart(library: Library, now: number): PartState {
  const bad = [...new Set(library.problems.map((p) => p.file))];
  if (bad.length === 0) {
    const counts = [library.destinations.size, library.encoders.size, library.units.size];
    return {
      state: 'ok',
      text: `Perfiles listos: ${counts[0]} destinos, ${counts[1]} codificaciones, ${counts[2]} unidades.`,
      textEn: `Profiles ready: ${counts[0]} destinations, ${counts[1]} encoders, ${counts[2]} units.`,
      since: now,
    };
  }
  const first = library.problems[0];
  const words = first ? problemWords(first) : { es: '', en: '' };
  const stationEs = library.stationIsFallback ? ' Se usa una estación neutra de reserva.' : '';
  const stationEn = library.stationIsFallback ? ' A neutral built-in station is used.' : '';
  return {
    state: library.stationIsFallback ? 'down' : 'warn',
    text: `Hay que corregir: ${bad.join(', ')}.${stationEs} ${words.es}`,
    textEn: `To be mended: ${bad.join(', ')}.${stationEn} ${words.en}`,
    since: now,
  };
}

/** The station as the state shows it. */
export function stationState(library: Library, clockOffsetMs: number): StationState {
  const { name, shortName, city, zone, locale, colors, slateText } = library.station;
  return {
    name,
    shortName,
    city,
    zone,
    locale,
    colors,
    slateText,
    encoder: library.encoder.id,
    clockOffsetMs,
  };
}

/** The handler of `library.list`. */
export function libraryHandlers(library: Library): Handlers<'library.list'> {
  return {
    'library.list': async () => ({
      destinations: [...library.destinations.values()],
      encoders: [...library.encoders.values()],
      units: [...library.units.values()],
      problems: [...library.problems],
    }),
  };
}
