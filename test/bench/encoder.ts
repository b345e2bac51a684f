// The encoder of a measurement, as its owner sees it: made ready, put to work, ended as a crash would.
import { until } from '../kit/until.ts';
import { atEnd } from './ends.ts';
import type { EncoderTarget, FromEncoder, ToEncoder } from './encoder-process.ts';
import { startHelper } from './processes.ts';

export interface Encoder {
  /** What its stamps say; the slate has none. */
  readonly number: number;
  /** Resolves when the first picture, a key frame, has left: with the machine's ms at which it did. */
  publish(targets: readonly EncoderTarget[]): Promise<number>;
  /** SIGSTOP: it stays connected and says nothing more. */
  freeze(): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Loads `file` and waits to be told where to publish; it ends with the measurement. */
export async function readyEncoder(file: string, number: number): Promise<Encoder> {
  const helper = startHelper<ToEncoder, FromEncoder>('./encoder-process.ts');
  atEnd(() => helper.close());
  let loaded = false;
  let began = 0;
  let failed = '';
  helper.onMessage((message) => {
    if (message.t === 'loaded') loaded = true;
    else if (message.t === 'publishing') began = message.at;
    else failed = message.why;
  });
  helper.send({ t: 'load', file, number });
  await until('the encoder is ready', () => loaded, 20_000);
  return {
    number,
    async publish(targets) {
      helper.send({ t: 'publish', targets });
      await until('the encoder publishes', () => began > 0 || failed !== '', 20_000, 5);
      if (failed) throw new Error(`the encoder: ${failed}`);
      return began;
    },
    freeze: () => process.kill(helper.pid, 'SIGSTOP'),
    kill: () => helper.close(),
  };
}
