// What a measurement opened, closed in reverse: at its end, when it fails, and when somebody presses Ctrl-C.

const open: (() => unknown)[] = [];

/** Remembers how to end something; what was opened last ends first. */
export function atEnd(end: () => unknown): void {
  open.push(end);
}

/** Waits for what is being started; it ends with `end` even when the end comes while it starts. */
export function opened<T>(starting: Promise<T>, end: (thing: T) => unknown): Promise<T> {
  atEnd(() => starting.then(end, () => undefined));
  return starting;
}

/** Ends everything still open; what does not end well does not keep the others from it. */
export async function endAll(): Promise<void> {
  for (let end = open.pop(); end; end = open.pop()) {
    try {
      await end();
    } catch (error) {
      process.stderr.write(`  ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}
