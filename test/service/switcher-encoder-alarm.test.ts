// An OBS that does not keep up while it streams is told as an alarm, and forgotten when it stops or goes away.
import { expect, test } from 'vitest';
import { createAlarms } from '../../server/core/alarms.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog } from '../../server/core/log.ts';
import { createStateStore } from '../../server/core/state-store.ts';
import { createObsClient } from '../../server/switcher/obs-client.ts';
import { createSwitcher } from '../../server/switcher/service.ts';
import { alarmsUp } from './outputs-bench.ts';
import { station } from './outputs-samples.ts';
import { handClock, playedObs, playedSocket, settle, type PlayedSocket } from './switcher-fakes.ts';

test('skipped and dropped frames raise their alarms while OBS streams', async () => {
  const clock = handClock();
  const obs = playedObs();
  const store = createStateStore(initialState(station, 1935, 0));
  let socket: PlayedSocket | null = null;
  let lossOf30 = 0;
  let frames = 0;
  let lost = 0;
  const client = createObsClient({
    clock,
    log: silentLog,
    random: () => 0.5,
    open: () => {
      socket = playedSocket((name, data) => {
        if (name === 'GetStats') {
          frames += 60;
          lost += lossOf30 * 2;
          return {
            cpuUsage: 5,
            renderTotalFrames: frames,
            renderSkippedFrames: lost,
            outputTotalFrames: frames,
            outputSkippedFrames: 0,
          };
        }
        if (name === 'GetStreamStatus') {
          return {
            outputActive: obs.streaming,
            outputReconnecting: false,
            outputTotalFrames: frames,
            outputSkippedFrames: lost,
          };
        }
        return obs.answer(name, data);
      });
      return socket;
    },
  });
  const switcher = createSwitcher({
    client,
    store,
    clock,
    log: silentLog,
    audit: { record: () => undefined },
    alarms: createAlarms(store, clock),
    random: () => 0.5,
    profile: null,
    encoder: null,
  });
  client.configure({ url: 'ws://obs', password: 'x' });
  await settle();
  lossOf30 = 3;
  await clock.advance(40_000);
  expect(alarmsUp(store)).toEqual([]);
  obs.streaming = true;
  await clock.advance(10_000);
  expect(alarmsUp(store)).toEqual([]);
  await clock.advance(10_000);
  expect(alarmsUp(store).toSorted()).toEqual(['obs-frames-machine', 'obs-frames-network']);
  expect(store.get().switcher.encoder.renderSkipped).toBe(lost);
  lossOf30 = 0;
  await clock.advance(40_000);
  expect(alarmsUp(store)).toEqual([]);
  lossOf30 = 3;
  await clock.advance(40_000);
  expect(alarmsUp(store)).toHaveLength(2);
  socket!.end(1006);
  await clock.advance(50);
  expect(alarmsUp(store)).toEqual(['obs']);
  await switcher.close();
  await client.close();
});
