// An air that is refused dials on for ever: what control writes down of it is the reason, not every try.
import type { Namespace } from 'socket.io';
import { expect, test } from 'vitest';
import { airContractVersion } from '../../server/contract/air-link.ts';
import { silentLog } from '../../server/core/log.ts';
import { createAirLink } from '../../server/web/air-link.ts';
import { manualClock } from './air-fakes.ts';

const token = 'enlace-de-prueba-123456';
const shake = { token, contract: airContractVersion, airId: 'air-1', pid: 1 };

test('the same refusal once a minute, another one at once', () => {
  const clock = manualClock();
  const said: object[] = [];
  const log = { ...silentLog, warn: (fields: object) => void said.push(fields) };
  type Door = (socket: object, next: (error?: Error) => void) => void;
  let door: Door = () => undefined;
  const namespace = { use: (fn: Door) => (door = fn), on: () => undefined };
  createAirLink({ token, clock, log }).attach(namespace as unknown as Namespace);
  const refusals = (auth: object, address = '10.0.0.5'): string[] => {
    const codes: string[] = [];
    door({ handshake: { auth, address }, data: {} }, (error) => codes.push(error?.message ?? ''));
    return codes;
  };

  for (let i = 0; i < 100; i += 1)
    expect(refusals({ ...shake, token: 'otro' })).toEqual(['unauthenticated']);
  expect(said).toEqual([
    {
      address: '10.0.0.5',
      code: 'unauthenticated',
      why: 'The air process does not carry the key of this server.',
    },
  ]);
  refusals({ ...shake, contract: airContractVersion + 2 });
  refusals({ ...shake, contract: airContractVersion + 2 }, '10.0.0.6');
  expect(said).toHaveLength(3);
  clock.advance(60_000);
  refusals({ ...shake, contract: airContractVersion + 2 }, '10.0.0.6');
  expect(said).toHaveLength(4);
  expect(refusals(shake)).toEqual(['']);
});
