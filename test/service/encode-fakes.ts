// Fakes for the tests of always-encode: a bus that sends what it is told, an encoder that obeys and dies.
import type { AirFeeding } from '../../server/contract/air.ts';
import type { Bus } from '../../server/air/bus/bus.ts';
import { createFanOut } from '../../server/air/bus/fan-out.ts';
import { makeTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import type { startEncoder, EncoderProcess } from '../../server/air/encode/encoder-process.ts';
import type { Log } from '../../server/core/log.ts';
import { silentLog } from '../../server/core/log.ts';
import { audioHeader, frame, keyFrame, sound, videoHeader } from '../unit/bus-media.ts';
import type { ManualClock } from './air-fakes.ts';

export interface FakeBus extends Bus {
  /** Sends headers of `id` and then 25 pictures a second with sound, a key frame each `keyMs`. */
  send(id: number, keyMs?: number): void;
  halt(): void;
}

/** A bus that runs on a clock moved by hand; it sends only while it is on. */
export function fakeBus(clock: ManualClock): FakeBus {
  const fan = createFanOut(silentLog);
  let on = false;
  let sending: { id: number; keyMs: number } | null = null;
  let headed = false;
  let frames = 0;
  let feeding: AirFeeding = 'off';
  clock.every(40, () => {
    if (!on || !sending) return;
    const { id, keyMs } = sending;
    const at = Math.round(clock.mono());
    const key = !headed || frames % (keyMs / 40) === 0;
    if (!headed) {
      fan.send(at0(videoHeader(id), at), null);
      fan.send(at0(audioHeader(id), at), null);
    }
    headed = true;
    feeding = 'program';
    frames += 1;
    fan.send(key ? keyFrame(at, id) : frame(at, id), null);
    fan.send(sound(at, id), null);
  });
  return {
    tap: {
      attach: (consumer) => fan.attach(consumer),
      get flowing() {
        return on && headed;
      },
    },
    run(next) {
      on = next;
      headed = false;
      frames = 0;
      if (!next) {
        fan.pause();
        feeding = 'off';
      }
    },
    send(id, keyMs = 1000) {
      sending = { id, keyMs };
      headed = false;
      frames = 0;
    },
    halt() {
      sending = null;
    },
    bypass: () => undefined,
    force: () => undefined,
    poke: () => undefined,
    report: () => ({
      source: feeding === 'off' ? 'off' : 'live',
      sourceSince: 1,
      feeding,
      slate: 'captured',
      cut: null,
      counts: { clamped: 0, rejoined: 0, dropped: 0 },
      late: { program: null, bypass: null },
    }),
    onChange: () => () => undefined,
    close: () => undefined,
  };
}

function at0(tag: FlvTag, timestamp: number): FlvTag {
  return makeTag(tag.type, timestamp, tag.body);
}

export interface FakeEncoder extends EncoderProcess {
  die(): void;
  /** Sends and takes nothing any more. */
  hang(): void;
  /** Is too slow for so many frames. */
  drop(frames: number): void;
  /** How it was ended by its owner; null while it was not. */
  readonly ended: 'end' | 'kill' | null;
}

/**
 * Starts encoders that give back what they are fed 60 ms later, from 0 on, with headers of `100 + n`,
 * a key frame each half second.
 */
export function fakeEncoders(clock: ManualClock): {
  readonly start: typeof startEncoder;
  readonly all: FakeEncoder[];
} {
  const all: FakeEncoder[] = [];
  const start: typeof startEncoder = (_profile, ports) => {
    const id = 100;
    let base: number | null = null;
    let spoke = false;
    let over = false;
    let hung = false;
    let ended: FakeEncoder['ended'] = null;
    let owedSince: number | null = null;
    let pictures = 0;
    let dropped = 0;
    let settle: (lines: readonly string[]) => void = () => undefined;
    const gone = new Promise<readonly string[]>((resolve) => {
      settle = resolve;
    });
    const finish = (): void => {
      over = true;
      detach();
      settle(['ended']);
    };
    let replaying = true;
    const detach = ports.tap.attach((tag) => {
      if (over || replaying || tag.header || tag.type === 'script') return;
      if (base === null && !tag.key) return;
      base ??= tag.timestamp;
      const at = tag.timestamp - base;
      owedSince ??= clock.mono();
      clock.after(60, () => {
        if (over || hung) return;
        if (!spoke) {
          ports.onTag(videoHeader(id));
          ports.onTag(audioHeader(id));
        }
        spoke = true;
        owedSince = null;
        if (tag.type === 'audio') return ports.onTag(sound(at, id));
        ports.onTag(pictures % 12 === 0 ? keyFrame(at, id) : frame(at, id));
        pictures += 1;
      });
    });
    replaying = false;
    const encoder: FakeEncoder = {
      pid: null,
      deafMs: () => (owedSince === null ? 0 : clock.mono() - owedSince),
      get spoke() {
        return spoke;
      },
      get dropped() {
        return dropped;
      },
      latency: () => null,
      async end() {
        ended ??= 'end';
        finish();
      },
      kill() {
        ended ??= 'kill';
        finish();
      },
      gone,
      die: finish,
      hang() {
        hung = true;
      },
      drop(frames) {
        dropped += frames;
      },
      get ended() {
        return ended;
      },
    };
    all.push(encoder);
    return encoder;
  };
  return { start, all };
}

/** A log that keeps its sentences. */
export function keepingLog(): { readonly log: Log; readonly said: string[] } {
  const said: string[] = [];
  const note = (_fields: object, message: string): void => void said.push(message);
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  return { log, said };
}
