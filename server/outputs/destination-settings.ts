// The settings of a destination: joined from their layers, checked by their kind, shown without secrets.
import type { z } from 'zod';
import { settingsOfKind, type OutputKind, type OutputSettings } from '../contract/outputs.ts';
import { StudioError, type Words } from '../core/errors.ts';
import { expectation, issuePath } from '../core/expectation.ts';

const hidden = '•••';

/** `invalid` at `path`, in words. */
export function invalidAt(path: string, words: Words): StudioError {
  return new StudioError('invalid', words, { context: { issues: [{ path, message: words.en }] } });
}

/**
 * The whole settings of `kind`: its own defaults, then each of `layers` (what a layer lacks stays),
 * then what a person gave. Null for a kind that has none. Throws `invalid` at `settings.<field>`.
 */
export function joinSettings(
  kind: OutputKind,
  layers: readonly (OutputSettings | null | undefined)[],
  given: OutputSettings | undefined,
): OutputSettings | null {
  const schema: z.ZodObject | null = settingsOfKind[kind];
  const names = Object.keys(schema?.shape ?? {});
  const wrong = Object.keys(given ?? {}).find((name) => !names.includes(name));
  if (schema === null) {
    if (wrong === undefined) return null;
    throw invalidAt('settings', {
      es: 'Las salidas de este tipo no tienen ajustes.',
      en: 'Outputs of this kind have no settings.',
    });
  }
  if (wrong !== undefined) {
    throw invalidAt(`settings.${wrong}`, {
      es: `No hay un ajuste «${wrong}» en este tipo de salida; hay: ${names.join(', ')}.`,
      en: `There is no setting “${wrong}” in this kind of output; there are: ${names.join(', ')}.`,
    });
  }
  const joined: OutputSettings = {};
  for (const layer of [...layers, withoutHidden(given)]) {
    for (const name of names) {
      if (layer?.[name] !== undefined) joined[name] = layer[name];
    }
  }
  const parsed = schema.safeParse(joined);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const wanted = expectation(issue);
  const path = `settings.${issuePath(issue).map(String).join('.')}`;
  throw invalidAt(path, {
    es: `Ajuste no válido «${path}»: se esperaba ${wanted.es}.`,
    en: `Invalid setting “${path}”: expected ${wanted.en}.`,
  });
}

/** Settings as stored, whole again; a field that is no longer valid gets its default. */
export function storedSettings(kind: OutputKind, stored: unknown): OutputSettings | null {
  const schema: z.ZodObject | null = settingsOfKind[kind];
  if (schema === null) return null;
  const values = typeof stored === 'object' && stored !== null ? (stored as OutputSettings) : {};
  const kept = Object.entries(schema.shape).flatMap(([name, field]) => {
    const parsed = (field as z.ZodType).safeParse(values[name]);
    return parsed.success ? [[name, parsed.data]] : [];
  });
  return schema.parse(Object.fromEntries(kept));
}

/** Settings fit for everybody's eyes: an SRT stream id often carries a user and a password. */
export function shownSettings(settings: OutputSettings | null): OutputSettings | null {
  return typeof settings?.['streamId'] === 'string' ? { ...settings, streamId: hidden } : settings;
}

/** What was given, without the values that are dots standing for a secret kept here. */
function withoutHidden(given: OutputSettings | undefined): OutputSettings {
  return Object.fromEntries(
    Object.entries(given ?? {}).filter(
      ([, value]) => typeof value !== 'string' || !value.includes('•'),
    ),
  );
}
