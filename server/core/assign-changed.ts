// Writes a value into a draft of the state touching only what differs, so that patches stay small.

/** A plain object of JSON values. */
type Json = Record<string, unknown>;

/** Sets on `target` every key of `source` whose value differs (deeply); keys only in `target` stay. */
export function assignChanged<T extends object>(target: T, source: Partial<T>): void {
  const to = target as Json;
  for (const [key, value] of Object.entries(source)) {
    const old = to[key];
    if (isPlain(old) && isPlain(value) && sameKeys(old, value)) assignChanged(old, value);
    else if (!sameJson(old, value)) to[key] = value;
  }
}

function isPlain(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sameKeys(a: Json, b: Json): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b);
}

function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
