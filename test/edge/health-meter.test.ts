// Picture and sound as sent, measured on a real bus by the real meter: each trouble is told in time, a good program raises none.
import { afterAll, expect, test } from 'vitest';
import type { AirHealth } from '../../server/contract/air.ts';
import { healthy, judgeHealth, type HealthTrouble } from '../../server/health/judge.ts';
import {
  encode,
  integratedLufs,
  measure,
  slateOf,
  type Measured,
  type MeasureOptions,
  type Media,
} from './health-rig.ts';
import { paced, slowness } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

async function watch(flv: Buffer, options: MeasureOptions): Promise<Measured> {
  const measured = await measure(flv, options);
  closing.push(() => measured.close());
  return measured;
}

const pace = Math.min(6, await slowness());
/** A busy machine sees and hears late: what it misses for a moment is neither still nor silent. */
const thresholds = {
  blackSeconds: 3 * pace,
  // A picture comes each two seconds.
  frozenSeconds: 2 + 3 * pace,
  silentSeconds: 3 * pace,
  clippedSeconds: 2,
  targetLufs: -18,
  toleranceLu: 8,
};
const lateMs = 3000;
/** From here on the programs below are bad; between two key frames. */
const badFromMs = 3000;
const bad = `gte(t,${badFromMs / 1000})`;
/** Long enough for each of them to be told where it must not be. */
const seconds = 6 + thresholds.frozenSeconds;

/** EBU Tech 3341: a sine of 1 kHz at −23 dBFS on both channels is −23 LUFS. */
const sine = 'aevalsrc=exprs=0.0708*sin(2*PI*1000*t)|0.0708*sin(2*PI*1000*t):s=48000';
const digits =
  'drawtext=fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf:fontsize=12:fontcolor=white:box=1:boxcolor=black:x=560:y=12';
/** The picture as it was at one moment, with the noise of a camera. */
const still = (more: string) =>
  `split[a][b];[b]trim=end_frame=1,loop=-1:1,setpts=N/30/TB[c];[a][c]overlay=shortest=1:enable='${more}',noise=alls=5:allf=t`;

const programs: Readonly<Record<string, Media & { readonly tells: readonly HealthTrouble[] }>> = {
  good: { sound: sine, seconds, tells: [] },
  // With B-frames a decoder holds pictures back; with the station's logo black is not all black.
  'black and silent': {
    picture: `drawbox=color=black:t=fill:enable='${bad}',drawbox=x=580:y=20:w=40:h=30:color=white:t=fill`,
    bFrames: 2,
    sound: `aevalsrc='if(lt(t,3),0.2*sin(2*PI*440*t),0)':s=48000`,
    seconds,
    tells: ['black', 'silent'],
  },
  'still with noise, and clipped': {
    picture: still(bad),
    sound: `aevalsrc='if(lt(t,3),0.2*sin(2*PI*440*t),if(gt(sin(2*PI*440*t),0),1,-1))':s=48000`,
    seconds,
    tells: ['frozen', 'clipped'],
  },
  'nothing but a running clock': {
    picture: `${still('1')},${digits}:text='%{pts\\:hms}'`,
    sound: sine,
    seconds,
    tells: [],
  },
};

test.concurrent.each(Object.entries(programs))('%s', async (_, program) => {
  const flv = await encode(program);
  const limit = await paced();
  // Bad for as long as it takes to be told.
  const repeat = program.tells.length > 0 ? { repeatFromMs: badFromMs + 500 } : {};
  const { health, sentMs } = await watch(flv, repeat);
  const told = new Map<HealthTrouble, number>();
  let badAt: number | null = null;
  let memory = healthy;
  await until(
    'its end',
    () => {
      const now = performance.now();
      if (badAt === null && sentMs() >= badFromMs) badAt = now;
      const context = { watched: true, slateScene: false };
      memory = judgeHealth(health.report(), thresholds, context, memory, 0);
      for (const trouble of memory.up) if (!told.has(trouble)) told.set(trouble, now);
      const all = program.tells.every((trouble) => told.has(trouble));
      return all && sentMs() > (seconds - 1) * 1000;
    },
    40_000,
  );
  expect([...told.keys()].toSorted()).toEqual(program.tells.toSorted());
  for (const [trouble, at] of told) {
    const threshold = thresholds[`${trouble}Seconds` as keyof typeof thresholds];
    const late = at - badAt! - threshold * 1000;
    expect(late, `${trouble} told ${late} ms after its threshold`).toBeLessThan(
      await limit(lateMs),
    );
    expect(late).toBeGreaterThan(-(await limit(2500)));
  }
  if (program.sound === sine) {
    const report = health.report()!;
    const whole = await integratedLufs(flv);
    expect(Math.abs(whole - -23)).toBeLessThan(0.5);
    for (const lufs of [report.integratedLufs, report.shortTermLufs, report.momentaryLufs]) {
      expect(Math.abs(lufs! - whole)).toBeLessThan(0.5);
    }
    expect(report.rangeLu).toBeLessThan(1);
    expect(Math.abs(report.truePeakDb! - -23)).toBeLessThan(0.7);
    expect(report).toMatchObject({ silentSeconds: 0, clippedSeconds: 0, blackSeconds: 0 });
    expect(report.memoryMb).toBeGreaterThan(1);
  }
});

test.concurrent(
  'a slate of another size is measured on; each time on the air has its own loudness',
  async () => {
    const slate = await slateOf({
      picture: 'drawbox=color=black:t=fill',
      size: '320x240',
      sound: 'anullsrc=sample_rate=48000',
      seconds: 4,
    });
    // It goes on until it has been measured, however late the meter starts.
    const program = await encode({ sound: sine, seconds: 4 });
    const { health, bus, halt } = await watch(program, { slate, repeatFromMs: 0 });
    const figure = (name: keyof AirHealth) => health.report()?.[name] ?? null;
    await until(
      'three seconds of sound, and a picture that is not black',
      () =>
        figure('blackSeconds') === 0 &&
        figure('shortTermLufs') !== null &&
        // A starved program may have begun with a moment of the slate's silence.
        (figure('integratedLufs') ?? -99) > -25,
      20_000,
    );
    const integrated = figure('integratedLufs')!;
    halt();
    await until('the slate', () => bus.report().source === 'slate');
    await until(
      'black and silent',
      () => figure('blackSeconds')! >= 1 && figure('silentSeconds')! >= 1,
      20_000,
    );
    // The same meter: it did not start anew at the change of size.
    // Silence is left out of it: only a meter that began with the slate would have no figure.
    expect(figure('integratedLufs')).not.toBeNull();
    // A starved program is covered more than once, and each time a moment of both counts.
    expect(Math.abs(figure('integratedLufs')! - integrated)).toBeLessThan(2 * pace);

    health.follow({ on: true, live: false });
    expect(figure('blackSeconds')).not.toBeNull();
    health.follow({ on: true, live: true });
    // Integrated loudness is of this time on the air.
    expect(figure('integratedLufs')).toBeNull();
    await until('it measures again', () => figure('momentaryLufs') !== null);
    expect(figure('integratedLufs')).toBeNull();
    health.follow({ on: false, live: false });
    expect(health.report()).toBeNull();
  },
);
