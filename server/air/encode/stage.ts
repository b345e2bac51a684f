// Where what goes out is put together a second time: encoded or as it is, and the slate while there is neither.
import type { AirFeeding, SlateKind } from '../../contract/air.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Step, Still } from '../bus/cut.ts';
import { createFanOut } from '../bus/fan-out.ts';
import type { FlvTag } from '../bus/flv-tag.ts';
import { createReelPlayer } from '../bus/reel-player.ts';
import type { Reel } from '../bus/reel.ts';
import type { SlatePick } from '../bus/slate.ts';
import { createSplicer, type Splicer, type SplicerSettings } from '../bus/splicer.ts';

export interface StagePorts {
  readonly clock: Clock;
  readonly log: Log;
  /** What covers a loss after this picture; null while there is nothing. */
  cover(still: Still | null): SlatePick | null;
  /** Whose pictures go out changed. */
  readonly changed: () => void;
}

export interface Stage {
  attach(consumer: (tag: FlvTag) => void): () => void;
  /** Starts sending, at `fromMs` or later; the slate within a tick unless something is pushed at once. */
  start(fromMs: number): void;
  stop(): void;
  /** A tag of what is to go out: trusted, so that its first key frame comes in at once. */
  push(tag: FlvTag): void;
  /** What was pushed is over: the slate covers. */
  ended(): void;
  /** What was pushed is over, and the next key frame follows now: nothing goes between. */
  handOver(): void;
  /** `program` for whatever is pushed. */
  readonly feeding: Extract<AirFeeding, 'program' | 'slate' | 'off'>;
  /** Epoch ms at which `feeding` last changed; null before. */
  readonly since: number | null;
  /** What covers, or would now. */
  slate(): SlateKind;
  /** Another slate may be ready. */
  recover(): void;
  /** Where the output stands, ms; null before the first start. */
  readonly nowMs: number | null;
  close(): void;
}

const tickMs = 50;
/** A tick this late says that this process stood still: tags may be waiting behind it. */
const lateTickMs = 150;
/**
 * When the program is lost, nothing comes for 0.5 s before the bus's own slate does: that is no loss of
 * the encoder. Trust is earned before a tag is pushed.
 */
const settings: SplicerSettings = { lossMs: 750, settleMs: 0, maxSettleMs: 0, flapMs: 0 };

/** Makes the stage, sending nothing. */
export function createStage(ports: StagePorts): Stage {
  const { clock, log } = ports;
  const fan = createFanOut(log);
  const player = createReelPlayer(clock, (tag) => {
    if (splicer) take(splicer.push('slate', tag, clock.mono()));
  });
  let splicer: Splicer | null = null;
  let playing: Reel | null = null;
  let feeding: Stage['feeding'] = 'off';
  let since: number | null = null;
  let lastTick = clock.mono();
  let newest: { out: number; mono: number } | null = null;
  /** Cuts to the slate that a hand-over makes are not played. */
  let handing = false;

  function take(step: Step): void {
    if (step.cut) {
      if (!handing) log.info({ ...step.cut, slate: slate() }, 'cut behind the encoder');
      // Before the tags: a player still running must not send between them.
      player.stop();
      playing = null;
    }
    for (const tag of step.tags) {
      if (!newest || tag.timestamp >= newest.out) {
        newest = { out: tag.timestamp, mono: clock.mono() };
      }
      fan.send(tag, splicer?.script ?? null);
    }
    if (handing) return;
    if (step.cut?.to === 'slate') startSlate(true);
    else if (step.cut || step.tags.length > 0) settle();
  }

  function pick(): SlatePick | null {
    return ports.cover(splicer?.still ?? null);
  }

  function slate(): SlateKind {
    return pick()?.kind ?? 'none';
  }

  /** The best there is, from its own first key frame, at this moment; unless it is playing. */
  function startSlate(cut: boolean): void {
    const best = pick();
    if (best ? best.reel === playing : !cut) return;
    if (splicer) take(splicer.ended('slate', clock.mono()));
    playing = best?.reel ?? null;
    if (best) player.play(best.reel);
    else log.warn({}, 'no slate is ready; nothing goes out until it is or the encoder returns');
    settle();
  }

  function settle(): void {
    const on = splicer !== null && splicer.feeding;
    const now = on ? (splicer?.source === 'slate' ? 'slate' : 'program') : 'off';
    if (now === feeding) return;
    feeding = now;
    since = clock.now();
    ports.changed();
  }

  function tick(): void {
    const mono = clock.mono();
    const late = mono - lastTick > tickMs + lateTickMs;
    lastTick = mono;
    if (!splicer) return;
    // Loss is judged only after the tags that came meanwhile had their turn.
    if (!late) take(splicer.tick(mono));
    if (splicer.source === 'slate' && playing === null) startSlate(false);
  }

  function nowMs(): number | null {
    return newest && Math.round(newest.out + Math.max(0, clock.mono() - newest.mono));
  }

  const cancelTick = clock.every(tickMs, tick);

  function stop(): void {
    player.stop();
    playing = null;
    splicer = null;
    fan.pause();
    settle();
  }

  return {
    attach: (consumer) => fan.attach(consumer),
    start(fromMs) {
      if (splicer) return;
      splicer = createSplicer(settings, Math.max(Math.round(fromMs), (nowMs() ?? -1) + 1));
      // Off to the slate, which is not played yet: what follows at once shall not wait behind it.
      splicer.start(clock.mono());
    },
    stop,
    push(tag) {
      if (splicer) take(splicer.push('program', tag, clock.mono()));
    },
    ended() {
      if (splicer) take(splicer.ended('program', clock.mono()));
    },
    handOver() {
      if (!splicer) return;
      handing = true;
      take(splicer.ended('program', clock.mono()));
      handing = false;
    },
    get feeding() {
      return feeding;
    },
    get since() {
      return since;
    },
    slate,
    recover() {
      if (splicer?.source === 'slate' && playing !== null) startSlate(false);
    },
    get nowMs() {
      return nowMs();
    },
    close() {
      cancelTick();
      stop();
    },
  };
}
