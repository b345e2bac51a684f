// What a test opened is closed with it, also when tests run together.
import type { TestContext } from 'vitest';

/** Notes how to close something that a test opened. */
export type Closing = (close: () => unknown) => void;

/** For one test: closes what is noted when it ends, passed or not, the newest first. */
export function closings({ onTestFinished }: TestContext): Closing {
  const list: (() => unknown)[] = [];
  onTestFinished(async () => {
    for (const close of list.toReversed()) await close();
  });
  return (close) => void list.push(close);
}
