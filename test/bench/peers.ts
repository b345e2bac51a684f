// The two peers of the studio: nginx-rtmp with one plain ffmpeg puller, and nginx-rtmp that pushes by itself.
import type { EncoderTarget } from './encoder-process.ts';
import { startNginxHub } from './nginx-hub.ts';
import { startPuller, type Puller } from './puller.ts';

/** Names of the ways to a destination; each is also its stream's name there. */
export const ways = ['studio', 'puller', 'push'] as const;
export type Way = (typeof ways)[number];

/** How each way is called in the tables: nginx-rtmp stands before both peers, and each tries again after 1 s. */
export const wayNames: Readonly<Record<Way, string>> = {
  studio: 'el estudio / studio',
  puller: 'par / peer: ffmpeg -c copy',
  push: 'par / peer: nginx-rtmp push',
};

export interface Peers {
  /** Where the encoder publishes so that both get it. */
  readonly targets: readonly EncoderTarget[];
  readonly puller: Puller;
  /** Process numbers of the media servers. */
  readonly pullHub: number;
  readonly pushHub: number;
}

/** Starts both towards one destination (`rtmp://host:port/app`). */
export async function startPeers(destination: string): Promise<Peers> {
  const [pull, push] = await Promise.all([
    startNginxHub({ live: [] }),
    startNginxHub({ live: [`${destination}/push`] }),
  ]);
  return {
    targets: [pull, push].map(({ port }) => ({ port, app: 'live', name: 'program' })),
    puller: startPuller(`${pull.url('live')}/program`, `${destination}/puller`),
    pullHub: pull.pid,
    pushHub: push.pid,
  };
}
