// The bus with its always-encode mode: consumers take it as it is, or all of it encoded anew, and never notice the change.
import type { EncoderProfile } from '../../contract/profiles.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Bus, BusReport } from '../bus/bus.ts';
import type { Still } from '../bus/cut.ts';
import type { FlvTag } from '../bus/flv-tag.ts';
import { freezeReel } from '../bus/freeze.ts';
import type { Reel } from '../bus/reel.ts';
import type { Slate, SlatePick } from '../bus/slate.ts';
import { createEncoder, type EncoderView } from './encoder.ts';
import type { startEncoder } from './encoder-process.ts';
import { watchRaw, type RawWatch } from './raw-watch.ts';
import { createStage } from './stage.ts';

export interface EncodedBusPorts {
  readonly bus: Bus;
  readonly slate: Pick<Slate, 'pick' | 'onChange'>;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1). */
  readonly random: () => number;
  /** Default `ffmpeg` from PATH. */
  readonly ffmpegPath?: string;
  /** Default the real one. */
  readonly start?: typeof startEncoder;
}

export interface EncodedBus extends Bus {
  /** The profile in force; with `alwaysEncode`, all that goes out passes an encoder of our own. */
  encode(profile: EncoderProfile): void;
  /** The encoder as it is; null while there is none. */
  encoder(): EncoderView | null;
  /** Whether it left pictures out lately because the machine is too slow for it. */
  encoderSlow(): boolean;
}

interface Member {
  readonly consume: (tag: FlvTag) => void;
  detach: () => void;
}

/**
 * Wraps the bus. Without the flag its consumers are attached to the bus itself, and nothing else is
 * there. Once it was set, they are attached behind the stage until the bus is next off: there the flag
 * may come and go while on the air, and every change is a cut on a key frame like any other.
 */
export function createEncodedBus(ports: EncodedBusPorts): EncodedBus {
  const { bus, slate, clock, log } = ports;
  const members = new Set<Member>();
  const listeners = new Set<() => void>();
  let profile: EncoderProfile | null = null;
  let on = false;
  /** Whether the members are attached behind the stage. */
  let staged = false;
  /** What is pushed to the stage. */
  let upstream: 'encoder' | 'bus' = 'encoder';
  /** The bus as it is: while it is to go out, or only its time has to be known. */
  let raw: RawWatch | null = null;
  /** Where the bus stood when it was last told to stop, ms. */
  let endedAt = -1;
  let frozen: { key: FlvTag; reel: Reel } | null = null;

  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  /** Not by the bus's own ladder: what was captured from OBS is not what this encoder makes. */
  function cover(still: Still | null): SlatePick | null {
    const rendered = slate.pick(null);
    if (rendered || !still) return rendered;
    if (frozen?.key !== still.key) frozen = { key: still.key, reel: freezeReel(still) };
    return { kind: 'freeze', reel: frozen.reel };
  }

  const stage = createStage({ clock, log, cover, changed });
  const encoder = createEncoder({
    tap: bus.tap,
    clock,
    log,
    random: ports.random,
    ffmpegPath: ports.ffmpegPath,
    start: ports.start,
    onTag(tag) {
      if (!on) return;
      if (!staged || upstream === 'bus') throughEncoder();
      stage.push(tag);
    },
    onEnded() {
      if (staged && upstream === 'encoder') stage.ended();
      changed();
    },
  });
  const forget = [bus.onChange(changed), slate.onChange(() => stage.recover())];

  function attach(consume: Member['consume']): () => void {
    return staged ? stage.attach(consume) : bus.tap.attach(consume);
  }

  function move(to: boolean): void {
    staged = to;
    for (const member of members) {
      member.detach();
      member.detach = attach(member.consume);
    }
  }

  /** The encoder's first key frame comes next: from now on its tags go out. */
  function throughEncoder(): void {
    log.info({ encoder: encoder.view() }, 'always-encode: all that goes out is encoded anew');
    if (staged) stage.handOver();
    else {
      move(true);
      stage.start((raw?.nowMs ?? -1) + 1);
    }
    upstream = 'encoder';
    raw?.close();
    raw = null;
    changed();
  }

  /** A key frame of the bus came: from now on its tags go out as they are. */
  function asItIs(): void {
    log.info({}, 'always-encode is off: the program goes out as it comes');
    stage.handOver();
    upstream = 'bus';
    encoder.want(null);
    changed();
  }

  function follow(): void {
    raw ??= watchRaw(bus.tap, clock, {
      onKey() {
        if (staged && upstream === 'encoder' && profile?.alwaysEncode !== true) asItIs();
      },
      onTag(tag) {
        if (staged && upstream === 'bus') stage.push(tag);
      },
    });
  }

  function unfollow(): void {
    raw?.close();
    raw = null;
  }

  /** Off the air consumers are simply moved to where they will be fed. */
  function prepare(): void {
    unfollow();
    stage.stop();
    upstream = 'encoder';
    const encoded = profile?.alwaysEncode === true;
    if (encoded !== staged) move(encoded);
  }

  function enforce(): void {
    const encoded = profile?.alwaysEncode === true;
    if (!on) {
      // First, so that nobody covers the end of the encoder.
      prepare();
      return encoder.want(null);
    }
    // What is not staged goes on as it is until the encoder's first key frame.
    if (encoded) encoder.want(profile);
    else if (!staged || upstream === 'bus') encoder.want(null);
    const waits = encoded ? !staged : staged;
    if (waits || (staged && upstream === 'bus')) follow();
    else unfollow();
  }

  function report(): BusReport {
    const below = bus.report();
    if (!staged || !on) return below;
    const encoded = upstream === 'encoder';
    const sourceSince = Math.max(below.sourceSince ?? 0, stage.since ?? 0) || null;
    if (stage.feeding !== 'program') {
      return {
        ...below,
        source: stage.feeding,
        feeding: stage.feeding,
        sourceSince,
        slate: stage.slate(),
      };
    }
    return { ...below, sourceSince, slate: encoded ? 'encoded' : below.slate };
  }

  return {
    tap: {
      attach(consume) {
        const member: Member = { consume, detach: attach(consume) };
        members.add(member);
        return () => {
          members.delete(member);
          member.detach();
        };
      },
      get flowing() {
        return staged ? stage.feeding !== 'off' : bus.tap.flowing;
      },
      get soon() {
        return bus.tap.soon ?? false;
      },
    },
    encode(next) {
      profile = next;
      enforce();
    },
    encoder: () => encoder.view(),
    encoderSlow: () => encoder.slow,
    run(next) {
      if (next === on) return bus.run(next);
      on = next;
      // Who stays attached from one transmission to the next must not see time go back.
      const time = watchRaw(bus.tap, clock, { onKey: nothing, onTag: nothing });
      if (on) {
        enforce();
        bus.run(true);
        if (staged) stage.start(Math.max(endedAt, time.nowMs ?? -1) + 1);
      } else {
        endedAt = Math.max(endedAt, time.nowMs ?? -1);
        bus.run(false);
        enforce();
      }
      time.close();
    },
    bypass: (name) => bus.bypass(name),
    force: (forced) => bus.force(forced),
    poke: () => bus.poke(),
    report,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const remove of forget) remove();
      unfollow();
      encoder.close();
      stage.close();
      bus.close();
    },
  };
}

function nothing(): void {
  // Deliberately: only the time is looked at.
}
