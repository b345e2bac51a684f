// The meter's supervision: runs with the bus, comes back when it dies or hangs, starts anew with the air.
import { expect, test } from 'vitest';
import { createHealth, type Health } from '../../server/air/health/health.ts';
import type { SoundReading } from '../../server/air/health/loudness-line.ts';
import type { MeterPorts, MeterProcess } from '../../server/air/health/meter-process.ts';
import { pictureBytes } from '../../server/air/health/picture.ts';
import { silentLog } from '../../server/core/log.ts';
import { handClock, settle, type HandClock } from './hand-clock.ts';

interface FakeMeter extends MeterProcess {
  readonly ports: MeterPorts;
  deaf: number;
  dry: { sound: number; picture: number };
  asked: string[];
  die(): void;
}

function fakeMeter(ports: MeterPorts): FakeMeter {
  let die: () => void = () => undefined;
  const gone = new Promise<readonly string[]>((resolve) => {
    die = () => resolve(['[error] out of memory']);
  });
  const meter: FakeMeter = {
    ports,
    pid: null,
    deaf: 0,
    dry: { sound: 0, picture: 0 },
    asked: [],
    gone,
    die,
    deafMs: () => meter.deaf,
    dryMs: () => meter.dry,
    async end() {
      meter.asked.push('end');
      die();
    },
    kill() {
      meter.asked.push('kill');
      die();
    },
  };
  return meter;
}

interface Room {
  readonly health: Health;
  readonly clock: HandClock;
  readonly meters: FakeMeter[];
}

function room(): Room {
  const clock = handClock();
  const meters: FakeMeter[] = [];
  const health = createHealth({
    tap: { attach: () => () => undefined, flowing: true },
    clock,
    log: silentLog,
    random: () => 0.999,
    start(ports) {
      const meter = fakeMeter(ports);
      meters.push(meter);
      return meter;
    },
  });
  return { health, clock, meters };
}

const tone: SoundReading = {
  momentary: -20,
  shortTerm: -21,
  integrated: -22,
  range: 3,
  peak: -6,
};
const black = Buffer.alloc(pictureBytes, 0);
const white = Buffer.alloc(pictureBytes, 255);

test('nothing is measured, and nothing runs, while the bus is off', async () => {
  const { health, clock, meters } = room();
  await clock.advance(5000);
  expect(health.report()).toBeNull();
  health.follow({ on: true, live: false });
  health.follow({ on: true, live: false });
  expect(meters).toHaveLength(1);
  expect(health.report()).toMatchObject({ blackSeconds: null, momentaryLufs: null, cpuPercent: 0 });
  health.follow({ on: false, live: false });
  expect(meters[0]!.asked).toEqual(['end']);
  expect(health.report()).toBeNull();
  await clock.advance(60_000);
  expect(meters).toHaveLength(1);
});

test('a meter that dies is started again, ever more patiently, and says nothing meanwhile', async () => {
  const { health, clock, meters } = room();
  health.follow({ on: true, live: true });
  const waits: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    const meter = meters.at(-1)!;
    meter.ports.onPicture(black);
    meter.die();
    await settle();
    expect(health.report()!.blackSeconds).toBeNull();
    const from = clock.mono();
    while (meters.at(-1) === meter) await clock.advance(250);
    waits.push(clock.mono() - from);
  }
  expect(waits[0]).toBeLessThanOrEqual(1250);
  expect(waits[3]).toBeGreaterThan(waits[0]!);
  expect(Math.max(...waits)).toBeLessThanOrEqual(30_250);
  // Half a minute of health, and the next fall is a first one.
  await clock.advance(31_000);
  const last = meters.at(-1)!;
  last.die();
  await clock.advance(1250);
  expect(meters.at(-1)).not.toBe(last);
});

test('a meter that is fed and tells nothing is doubted, then replaced', async () => {
  const { health, clock, meters } = room();
  health.follow({ on: true, live: true });
  meters[0]!.ports.onPicture(white);
  meters[0]!.ports.onSound(tone);
  expect(health.report()).toMatchObject({ blackSeconds: 0, momentaryLufs: -20 });
  meters[0]!.deaf = 4000;
  await clock.advance(4000);
  expect(health.report()).toMatchObject({ blackSeconds: null, momentaryLufs: null });
  expect(meters[0]!.asked).toEqual([]);
  meters[0]!.deaf = 10_500;
  await clock.advance(250);
  expect(meters[0]!.asked).toEqual(['kill']);
  await clock.advance(1250);
  expect(meters).toHaveLength(2);
});

test('going on the air measures anew; coming off it does not', async () => {
  const { health, clock, meters } = room();
  health.follow({ on: true, live: false });
  meters[0]!.ports.onSound(tone);
  expect(health.report()!.integratedLufs).toBe(-22);
  health.follow({ on: true, live: true });
  expect(meters[0]!.asked).toEqual(['end']);
  expect(meters).toHaveLength(2);
  // What the old one still had to say is not of this time on the air.
  meters[0]!.ports.onSound(tone);
  expect(health.report()!.integratedLufs).toBeNull();
  meters[1]!.ports.onSound({ ...tone, integrated: -30 });
  health.follow({ on: true, live: false });
  expect(health.report()!.integratedLufs).toBe(-30);
  await clock.advance(1000);
  expect(meters).toHaveLength(2);
});

test('pictures without any sound are silence', async () => {
  const { health, clock, meters } = room();
  health.follow({ on: true, live: true });
  meters[0]!.dry = { sound: 12_000, picture: 500 };
  await clock.advance(12_000);
  expect(health.report()!.silentSeconds).toBe(12);
  // Nothing at all is no silence: the bus stands still, or this process did.
  meters[0]!.dry = { sound: 12_000, picture: 11_990 };
  expect(health.report()!.silentSeconds).toBeNull();
});

test('closing ends the meter and waits for it', async () => {
  const { health, clock, meters } = room();
  health.follow({ on: true, live: true });
  await health.close();
  expect(meters[0]!.asked).toEqual(['end']);
  await clock.advance(60_000);
  expect(meters).toHaveLength(1);
  expect(health.report()).toBeNull();
});
