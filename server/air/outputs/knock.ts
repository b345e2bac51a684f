// Whether anybody listens, asked before the next try after a refusal: starting an ffmpeg a second for
// a platform that is down for hours would cost a seventh of a core, a knock costs next to nothing.
import { Resolver } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import type { Clock } from '../../core/clock.ts';

/** Where a destination is reached by TCP. */
export interface Door {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `unclear`: no name server, no way, no answer in time; only a real try can tell. */
export type Answer = 'open' | 'refused' | 'unclear';

const patienceMs = 1500;

/** Knocks at every address of the door's name, one after the other; never throws. */
export async function knock(door: Door, clock: Clock): Promise<Answer> {
  const addresses = await addressesOf(door.host);
  let answer: Answer = 'unclear';
  for (const address of addresses) {
    answer = await knockAt(address, door.port, clock);
    if (answer !== 'refused') return answer;
  }
  return answer;
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  // Not `lookup`: a dead name server would hold the few threads that files are written by.
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  try {
    return (await resolver.resolve4(host)).slice(0, 4);
  } catch {
    return [];
  }
}

function knockAt(host: string, port: number, clock: Clock): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const cancel = clock.after(patienceMs, () => done('unclear'));
    const done = (answer: Answer) => {
      cancel();
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done('open'));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      done(error.code === 'ECONNREFUSED' ? 'refused' : 'unclear'),
    );
  });
}
