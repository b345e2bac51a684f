// Polling with a deadline: the only way tests wait.

/** Resolves with the first truthy value of `probe`; throws naming `what` after `ms`. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  ms = 10_000,
  everyMs = 25,
): Promise<Exclude<T, null | undefined | false | 0 | ''>> {
  const end = performance.now() + ms;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, null | undefined | false | 0 | ''>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`not within ${ms} ms: ${what} (last: ${describe(last)})`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

function describe(value: unknown): string {
  return value instanceof Error
    ? value.message
    : (JSON.stringify(value) ?? 'undefined').slice(0, 300);
}
