// Lets a whole new snapshot keep the identity of everything that stayed equal, so that little is drawn again.

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value equal to `next` built from as many parts of `previous` as are equal to its own. JSON values only. */
export function share<T>(previous: unknown, next: T): T {
  if (Object.is(previous, next)) return next;
  if (Array.isArray(previous) && Array.isArray(next)) {
    const list = next.map((value, i) => share(previous[i], value));
    const same = list.length === previous.length && list.every((v, i) => Object.is(v, previous[i]));
    return (same ? previous : list) as T;
  }
  if (isRecord(previous) && isRecord(next)) {
    const keys = Object.keys(next);
    const record = Object.fromEntries(
      keys.map((key) => [
        key,
        share(Object.hasOwn(previous, key) ? previous[key] : undefined, next[key]),
      ]),
    );
    const same =
      keys.length === Object.keys(previous).length &&
      keys.every((key) => Object.hasOwn(previous, key) && Object.is(record[key], previous[key]));
    return (same ? previous : record) as T;
  }
  return next;
}
