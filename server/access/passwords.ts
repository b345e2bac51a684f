// Password hashes: argon2id, a few at a time, and the same work for people who do not exist.
import { hash, verify } from '@node-rs/argon2';
import { serialQueue } from '../core/serial-queue.ts';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface Passwords {
  /** PHC string of a new password. */
  hash(password: string): Promise<string>;
  /** Whether `password` matches; takes as long when `stored` is null (nobody by that name). */
  verify(stored: string | null, password: string): Promise<boolean>;
}

/** Makes the service; at most two hashes at a time (38 MiB) and 500 waiting, then `unavailable`. */
export async function createPasswords(random: () => string): Promise<Passwords> {
  const lanes = [serialQueue(250), serialQueue(250)] as const;
  const run = <T>(job: () => Promise<T>): Promise<T> =>
    (lanes[0].size <= lanes[1].size ? lanes[0] : lanes[1]).run(job);
  // Of a password nobody knows: checking against it costs what a real check costs.
  const nobody = await hash(random(), cost);
  return {
    hash: (password) => run(() => hash(password, cost)),
    async verify(stored, password) {
      const matches = await run(() => verify(stored ?? nobody, password));
      return matches && stored !== null;
    },
  };
}
