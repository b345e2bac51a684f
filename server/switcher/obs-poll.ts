// What OBS sends no events for: its load, its drops, its encoder, and words changed in its own window.
import type { EncoderProfile } from '../contract/profiles.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { FrameCounts } from './encoder-alarm.ts';
import { judgeEncoder, readEncoder } from './encoder-check.ts';
import type { SwitcherModel } from './model.ts';
import type { ObsCaller } from './obs-port.ts';
import { readText } from './read-snapshot.ts';

export interface ObsPollPorts {
  readonly obs: ObsCaller;
  readonly clock: Clock;
  readonly log: Log;
  readonly model: SwitcherModel;
  /** The station's; null when it could not be read. */
  readonly encoder: EncoderProfile | null;
  /** False while OBS is away, or a command waits for it. */
  readonly free: () => boolean;
  readonly sawStream: (status: { outputActive: boolean; outputReconnecting: boolean }) => void;
  /** The counters while OBS streams; null while it does not. */
  readonly sawFrames: (counts: FrameCounts | null) => void;
}

export interface ObsPoll {
  /** Reads the encoder's settings and judges them; never rejects. */
  checkEncoder(): Promise<void>;
  close(): void;
}

const pollMs = 2000;

/** Starts at once; asks only while `free`. */
export function createObsPoll(ports: ObsPollPorts): ObsPoll {
  const { obs, clock, log, model } = ports;
  let polling = false;
  const stop: Cancel = clock.every(pollMs, () => void poll());

  async function poll(): Promise<void> {
    if (polling || !ports.free()) return;
    polling = true;
    try {
      const [stats, status] = await Promise.all([
        obs.call('GetStats'),
        obs.call('GetStreamStatus'),
      ]);
      const names = model.get().texts.map((t) => t.name);
      const texts = await Promise.all(names.map((name) => readText(obs, name)));
      // A command that came meanwhile knows better.
      if (!ports.free()) return;
      model.change((s) => {
        s.encoder.cpuPercent = Math.round(stats.cpuUsage);
        s.encoder.renderSkipped = stats.renderSkippedFrames;
        s.encoder.droppedFrames = status.outputSkippedFrames;
        for (const text of s.texts) {
          const now = texts.find((t) => t?.name === text.name);
          if (now) text.text = now.text;
        }
      });
      ports.sawStream(status);
      ports.sawFrames(
        status.outputActive
          ? {
              at: clock.mono(),
              drawn: stats.renderTotalFrames,
              drawSkipped: stats.renderSkippedFrames,
              encoded: stats.outputTotalFrames,
              encodeSkipped: stats.outputSkippedFrames,
              sent: status.outputTotalFrames,
              dropped: status.outputSkippedFrames,
            }
          : null,
      );
    } catch (error) {
      log.debug({ err: error }, 'OBS could not be polled');
    } finally {
      polling = false;
    }
  }

  return {
    async checkEncoder() {
      try {
        const raw = await readEncoder(obs);
        const warning = ports.encoder ? judgeEncoder(raw, ports.encoder) : null;
        model.change((s) => {
          s.encoder.width = raw.width;
          s.encoder.height = raw.height;
          s.encoder.fps = Math.round(raw.fps * 100) / 100;
          s.encoder.warning = warning ? { text: warning.es, textEn: warning.en } : null;
        });
      } catch (error) {
        log.debug({ err: error }, "OBS's encoder could not be read");
      }
    },
    close: stop,
  };
}
