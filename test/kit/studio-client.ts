// A client of the control surface as other programs would write one: REST sign-in, socket, state by patches.
import { applyPatch, type Operation } from 'rfc6902';
import { io, type Socket } from 'socket.io-client';
import type { CommandInput, CommandName, CommandOutput } from '../../server/contract/commands.ts';
import type {
  ClientToServer,
  CommandAnswer,
  ServerToClient,
} from '../../server/contract/socket.ts';
import type { StatePatch, StudioState } from '../../server/contract/state.ts';
import { orderKept } from '../../server/outputs/air-orders.ts';
import { until } from './until.ts';

export interface StudioClient {
  readonly token: string;
  readonly socket: Socket<ServerToClient, ClientToServer>;
  state(): StudioState;
  rev(): number;
  /** Sends a command and gives its one answer, good or bad. */
  ask<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandAnswer<N>>;
  /** Sends a command that must succeed. */
  command<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>>;
  /** Waits until the state satisfies `probe`. */
  see<T>(
    what: string,
    probe: (state: StudioState) => T,
    ms?: number,
  ): Promise<Exclude<T, null | undefined | false | 0 | ''>>;
  close(): void;
}

/** Signs in over REST; throws with the server's answer when refused. */
export async function signIn(url: string, user: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  });
  const body = (await response.json()) as { token?: string };
  if (!response.ok || !body.token) throw new Error(`sign-in: ${JSON.stringify(body)}`);
  return body.token;
}

/** Signs in, connects and waits for the first snapshot. */
export async function studioClient(
  url: string,
  user: string,
  password: string,
): Promise<StudioClient> {
  const token = await signIn(url, user, password);
  const socket: Socket<ServerToClient, ClientToServer> = io(`${url}/studio`, {
    auth: { token },
    transports: ['websocket'],
    forceNew: true,
  });
  let state: StudioState | null = null;
  let rev = 0;
  socket.on('snapshot', (s) => {
    state = s.state;
    rev = s.rev;
  });
  socket.on('patch', (p: StatePatch) => {
    if (!state || p.rev <= rev) return;
    if (p.prevRev !== rev) {
      socket.emit('resync', (s) => {
        state = s.state;
        rev = s.rev;
      });
      return;
    }
    const errors = applyPatch(state, p.ops as Operation[]).filter((e) => e !== null);
    if (errors.length > 0) throw new Error(`patch ${p.rev} does not apply: ${String(errors[0])}`);
    rev = p.rev;
  });
  await until('first snapshot', () => state !== null, 10_000);
  const current = (): StudioState => {
    if (!state) throw new Error('no state');
    return state;
  };
  const ask = <N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandAnswer<N>> =>
    new Promise((resolve, reject) => {
      // That it comes within two seconds is judged where it is the question.
      socket.timeout(20_000).emit('command', name, input, ((
        error: Error | null,
        answer: CommandAnswer<N>,
      ) => {
        if (error) reject(new Error(`no answer to ${name}`));
        else resolve(answer);
      }) as never);
    });
  return {
    token,
    socket,
    state: current,
    rev: () => rev,
    ask,
    async command(name, input) {
      const answer = await ask(name, input);
      if (answer.ok) return answer.output;
      // A starved air takes its time; what it does in the end is looked at by who ordered it.
      if (answer.code === 'timeout' && answer.message === orderKept.es) return {} as never;
      throw new Error(`${name}: ${answer.code} ${answer.message}`);
    },
    async see(what, probe, ms = 10_000) {
      try {
        return await until(what, () => probe(current()), ms);
      } catch (error) {
        const { air, switcher, grid, outputs, alarms } = current();
        const { scenes: _scenes, inputs: _inputs, ...desk } = switcher;
        console.error(`${what}: ${JSON.stringify({ air, desk, grid, outputs, alarms }, null, 1)}`);
        throw error;
      }
    },
    close: () => void socket.close(),
  };
}

/** Puts a scene on the air, and asks again where a starved OBS did not answer in time. */
export async function cutProgram(client: StudioClient, scene: string): Promise<void> {
  await until(`${scene} on the air`, async () => {
    const { program } = client.state().switcher;
    if (program === scene) return true;
    if (program !== null) await client.ask('switcher.cut', { scene, expectProgram: program });
    return false;
  });
}
