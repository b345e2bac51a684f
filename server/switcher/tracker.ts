// Who put the present scene on air: what was expected against what OBS reported.

/** A scene somebody asked for and OBS has not shown yet. Times are monotonic ms. */
export interface Expectation {
  readonly scene: string;
  readonly by: string;
  /** After this the report is nobody's echo any more. */
  readonly until: number;
}

export interface Track {
  readonly program: string | null;
  /** A login name, `grid`, `obs`, or null when it was already there. */
  readonly by: string | null;
  /** Oldest first. */
  readonly expected: readonly Expectation[];
}

/** A program change and who caused it. */
export interface ProgramChange {
  readonly scene: string;
  readonly by: string;
}

/** Somebody who used OBS itself. */
export const byObs = 'obs';

export const emptyTrack: Track = { program: null, by: null, expected: [] };

/** What an earlier run knew: `adoptProgram` keeps the author if the scene is still there. */
export function knownTrack(program: string | null, by: string | null): Track {
  return { program, by, expected: [] };
}

/** Remembers that `by` asked for `scene`; a report of it until `until` is theirs. */
export function expectProgram(track: Track, expectation: Expectation): Track {
  // More than a handful can only be noise from a stuck OBS.
  return { ...track, expected: [...track.expected, expectation].slice(-8) };
}

/** OBS refused: a later report of that scene is not the echo of this request. */
export function withdraw(track: Track, expectation: Expectation): Track {
  return { ...track, expected: track.expected.filter((e) => e !== expectation) };
}

/** True while somebody's request for `scene` may still be on its way. */
export function isExpected(track: Track, scene: string, now: number): boolean {
  return track.expected.some((e) => e.scene === scene && now <= e.until);
}

/**
 * OBS says `scene` is on air. The newest live request for it explains it, and settles every older
 * one; without any, somebody used OBS itself. The scene already there is no change.
 */
export function reportProgram(
  track: Track,
  scene: string,
  now: number,
): { readonly track: Track; readonly change: ProgramChange | null } {
  const expected = track.expected.filter((e) => now <= e.until);
  const index = expected.findLastIndex((e) => e.scene === scene);
  const rest = expected.slice(index + 1);
  if (scene === track.program) return { track: { ...track, expected: rest }, change: null };
  const by = expected[index]?.by ?? byObs;
  return { track: { program: scene, by, expected: rest }, change: { scene, by } };
}

/** After connecting: what is on air is taken as it is; only the same scene keeps its author. */
export function adoptProgram(track: Track, scene: string | null): Track {
  return { program: scene, by: scene === track.program ? track.by : null, expected: [] };
}

/** A renamed scene is the same scene. */
export function renameInTrack(track: Track, from: string, to: string): Track {
  return {
    program: track.program === from ? to : track.program,
    by: track.by,
    expected: track.expected.map((e) => (e.scene === from ? { ...e, scene: to } : e)),
  };
}
