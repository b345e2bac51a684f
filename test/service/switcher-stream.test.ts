// OBS's stream moved elsewhere, with an OBS that tells its end before it is over.
import { expect, it } from 'vitest';
import { switcherBench } from './switcher-bench.ts';
import { handClock, playedObs, playedSocket, type PlayedSocket } from './switcher-fakes.ts';

type Told = 'STARTING' | 'STARTED' | 'STOPPING' | 'STOPPED';

it('a stream is started anew once the one before it is really over', async () => {
  const clock = handClock();
  const obs = playedObs();
  let socket: PlayedSocket;
  const tell = (state: Told): void =>
    socket.emit({
      name: 'StreamStateChanged',
      data: {
        outputActive: state === 'STARTED',
        outputState: `OBS_WEBSOCKET_OUTPUT_${state}`,
      },
    });
  let swallowed = 0;
  const open = (): PlayedSocket => {
    socket = playedSocket((name, data) => {
      if (name === 'StopStream') {
        clock.after(20, () => tell('STOPPING'));
        clock.after(40, () => tell('STOPPED'));
        // A busy OBS goes on calling it active for a while.
        clock.after(900, () => (obs.streaming = false));
        return undefined;
      }
      if (name === 'StartStream') {
        if (obs.streaming) swallowed += 1;
        else {
          obs.streaming = true;
          tell('STARTING');
          clock.after(20, () => tell('STARTED'));
        }
        return undefined;
      }
      return obs.answer(name, data);
    });
    return socket;
  };
  const t = switcherBench({ clock, open });
  const shown = () => t.store.get().switcher.streaming;
  obs.streaming = true;
  obs.stream = { server: 'rtmp://x/live', key: 'uno' };
  await t.connect();
  expect(shown()).toBe('on');

  const moved = t.switcher.startStream({ server: 'rtmp://x/live', key: 'dos' });
  await clock.advance(5000);
  await moved;
  expect(swallowed).toBe(0);
  expect(obs.stream).toMatchObject({ key: 'dos' });
  expect(shown()).toBe('on');
});
