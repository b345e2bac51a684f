// The destination of a measurement, as its owner sees it: start, ask, end as a crash would.
import { atEnd } from './ends.ts';
import { startHelper } from './processes.ts';
import type { AskReceiver, FromReceiver } from './rtmp-receiver.ts';
import type { Aged, Diary } from './stream-diary.ts';
import { until } from '../kit/until.ts';

export interface Receiver {
  readonly port: number;
  /** When it began to listen, ms of the machine's clock. */
  readonly listeningAt: number;
  /** `rtmp://127.0.0.1:PORT/live`, without a stream's name. */
  readonly url: string;
  /** By stream name. */
  diaries(): Promise<Readonly<Record<string, Diary>>>;
  /** Newest stamped pictures, by stream name. */
  ages(): Promise<Readonly<Record<string, readonly Aged[]>>>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts one on `port`, or any; it ends with the measurement. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const helper = startHelper<AskReceiver, FromReceiver>('./rtmp-receiver.ts', [String(port)]);
  atEnd(() => helper.close());
  let listening: { port: number; at: number } | null = null;
  let asked = 0;
  const waiting = new Map<number, (message: FromReceiver) => void>();
  helper.onMessage((message) => {
    if (message.t === 'listening') listening = message;
    else waiting.get(message.id)?.(message);
  });
  async function ask(what: AskReceiver['ask']): Promise<FromReceiver> {
    asked += 1;
    const id = asked;
    let answer: FromReceiver | null = null;
    waiting.set(id, (message) => (answer = message));
    helper.send({ ask: what, id });
    try {
      return await until('the destination answers', () => answer, 20_000, 5);
    } finally {
      waiting.delete(id);
    }
  }
  const bound = await until('the destination listens', () => listening, 20_000);
  return {
    port: bound.port,
    listeningAt: bound.at,
    url: `rtmp://127.0.0.1:${bound.port}/live`,
    async diaries() {
      const answer = await ask('diaries');
      return answer.t === 'diaries' ? answer.of : {};
    },
    async ages() {
      const answer = await ask('ages');
      return answer.t === 'ages' ? answer.of : {};
    },
    kill: () => helper.close(),
  };
}
