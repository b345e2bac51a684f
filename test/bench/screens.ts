// Screens in a process of their own: each a socket.io client, all stamped by the machine's clock.
import { io } from 'socket.io-client';
import { machineMs } from './figures.ts';

/** Opens `count` screens on `url` (namespace included). */
export interface OpenScreens {
  readonly url: string;
  readonly token: string;
  readonly count: number;
}

/** `last`: when the last of the screens had this revision, in ms of the machine's clock. */
export type FromScreens =
  { readonly t: 'open' } | { readonly t: 'seen'; rev: number; last: number };

const say = (message: FromScreens): void => void process.send?.(message);

process.on('disconnect', () => process.exit(0));
process.on('message', ({ url, token, count }: OpenScreens) => {
  const seen = new Map<number, number>();
  let open = 0;
  for (let i = 0; i < count; i += 1) {
    const socket = io(url, { auth: { token }, transports: ['websocket'], forceNew: true });
    socket.once('snapshot', () => {
      open += 1;
      if (open === count) say({ t: 'open' });
    });
    socket.on('patch', ({ rev }: { rev: number }) => {
      const times = (seen.get(rev) ?? 0) + 1;
      if (times < count) {
        seen.set(rev, times);
        return;
      }
      seen.delete(rev);
      say({ t: 'seen', rev, last: machineMs() });
    });
  }
});
