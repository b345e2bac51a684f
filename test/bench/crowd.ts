// Many screens at once, in processes of their own, and when the last of them saw each change.
import { until } from '../kit/until.ts';
import { atEnd } from './ends.ts';
import { startHelper } from './processes.ts';
import type { FromScreens, OpenScreens } from './screens.ts';

export interface Crowd {
  /** When the last of all screens had revision `rev` (ms of the machine's clock). */
  last(rev: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens `count` screens on a namespace's address and waits until each has its snapshot. */
export async function openCrowd(url: string, token: string, count: number): Promise<Crowd> {
  // A second process only where one would be the bottleneck: the server needs a core to itself.
  const shares = count > 100 ? [Math.ceil(count / 2), Math.floor(count / 2)] : [count];
  const seen = new Map<number, { reports: number; last: number }>();
  let wake: () => void = () => undefined;
  let open = 0;
  const helpers = shares.map((share) => {
    const helper = startHelper<OpenScreens, FromScreens>('./screens.ts');
    helper.onMessage((message) => {
      if (message.t === 'open') open += 1;
      else {
        const before = seen.get(message.rev) ?? { reports: 0, last: 0 };
        seen.set(message.rev, {
          reports: before.reports + 1,
          last: Math.max(before.last, message.last),
        });
        wake();
      }
    });
    atEnd(() => helper.close());
    helper.send({ url, token, count: share });
    return helper;
  });
  await until('every screen has its snapshot', () => open === shares.length, 60_000);
  return {
    async last(rev) {
      const end = performance.now() + 10_000;
      for (;;) {
        const entry = seen.get(rev);
        if (entry && entry.reports === shares.length) {
          for (const old of seen.keys()) if (old <= rev) seen.delete(old);
          return entry.last;
        }
        if (performance.now() > end) throw new Error(`revision ${rev} did not reach every screen`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 1000);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    async close() {
      await Promise.all(helpers.map((helper) => helper.close()));
    },
  };
}
