// The switcher: owns `state.switcher` and `state.parts.obs`, adopts whatever OBS has on, and carries out orders.
import { lateAlarmId } from '../contract/air.ts';
import { createCommandTime } from './command-time.ts';
import { createFrameAlarms } from './encoder-alarm.ts';
import { guardedListeners } from './guarded-listeners.ts';
import { switcherHandlers } from './handlers.ts';
import { createLinkReport, linkShown, type RuntimeStatus } from './link-report.ts';
import { setMediaInput } from './media-input.ts';
import { createMeters } from './meters.ts';
import { sceneNames, switcherModel } from './model.ts';
import { notConnected } from './obs-failure.ts';
import { createObsLists } from './obs-lists.ts';
import { createObsPoll } from './obs-poll.ts';
import type { ObsEvent, ObsLink } from './obs-port.ts';
import { createProgram } from './program.ts';
import type { OnAir } from './program-watch.ts';
import type { Switcher, SwitcherPorts } from './service-ports.ts';
import { createStreamOutput } from './stream-output.ts';
import { createThumbnails } from './thumbnails.ts';
import { linkWords } from './words.ts';

const connecting: ObsLink = {
  state: 'connecting',
  problem: linkWords.connecting,
  obsVersion: null,
};

/** Makes the switcher; it does nothing until the client connects. */
export function createSwitcher(ports: SwitcherPorts): Switcher {
  const { client, store, clock, log, memory } = ports;
  const model = switcherModel(store);
  const onChange = guardedListeners<{ scene: string; by: string }>(log);
  const onConnected = guardedListeners<void>(log);
  const onAsk = guardedListeners<{ scene: string; by: string }>(log);
  const sawFrames = createFrameAlarms(
    ports.alarms,
    () => store.get().alarms[lateAlarmId]?.clearedAt === null,
  );
  let runtime: RuntimeStatus = { ownership: 'none', note: null, pending: null };
  let connected = false;

  const lists = createObsLists({
    ...ports,
    model,
    onAdopted(raw) {
      program.adopt(raw);
      report.show(client.link(), runtime);
      onConnected.tell();
      void poll.checkEncoder();
    },
  });
  const away = (): Error => notConnected(linkShown(client.link(), runtime));
  const time = createCommandTime(clock, client, () => {
    if (!lists.adopted) throw away();
  });
  const report = createLinkReport(ports);
  const program = createProgram({
    obs: client,
    clock,
    log,
    model,
    known: memory?.found,
    later: (job) => {
      time.inLane(job).catch((error: unknown) => log.debug({ err: error }, 'left as it is in OBS'));
    },
    onChange: announce,
    onAsk: onAsk.tell,
  });
  const stream = createStreamOutput({ obs: client, clock, model });
  const meters = createMeters(clock, (wanted) => client.subscribeMeters(wanted));
  const thumbnails = createThumbnails({
    obs: client,
    clock,
    log,
    busy: () => time.pending > 0,
    scenes: () => {
      const s = model.get();
      return lists.adopted ? { all: sceneNames(s), fast: [s.program, s.preview] } : null;
    },
  });
  const poll = createObsPoll({
    obs: client,
    clock,
    log,
    model,
    encoder: ports.encoder,
    free: () => lists.adopted && time.pending === 0,
    sawStream: (status) => stream.saw(status),
    sawFrames,
  });

  function announce(change: OnAir): void {
    // After the patch has left: writing to disk durably is what the screens would wait for.
    setImmediate(() => {
      ports.audit.record({
        actor: change.by,
        action: 'switcher.onAir',
        reason: change.reason,
        ok: true,
        detail: { from: change.from, to: change.scene },
      });
    });
    onChange.tell({ scene: change.scene, by: change.by });
  }

  function onEvent(event: ObsEvent): void {
    if (event.name === 'InputVolumeMeters') {
      meters.heard(event.data.inputs);
      return;
    }
    if (!lists.adopted) return;
    lists.heard(event);
    program.handle(event);
    if (event.name === 'StreamStateChanged') stream.heard(event.data.outputState);
    if (event.name === 'StreamStateChanged' || event.name === 'CurrentProfileChanged') {
      void poll.checkEncoder();
    }
  }

  function onLink(link: ObsLink): void {
    const before = connected;
    connected = link.state === 'connected';
    if (connected && before) {
      // It became slow, or no longer is.
      if (lists.adopted) report.show(link, runtime);
      return;
    }
    if (connected) {
      runtime = { ...runtime, pending: null, restarting: false };
      // It shows as connected once it has been read.
      void lists.adopt();
      return;
    }
    const known = lists.adopted;
    lists.lost();
    if (known) {
      // What changed in this very turn has not been kept yet.
      keep();
      program.lost();
      stream.lost();
      sawFrames(null);
    }
    report.show(link, runtime);
  }

  const stopLink = client.onLink(onLink);
  const stopEvents = client.onEvent(onEvent);
  const keep = (): void => memory?.keep(model.get());
  const stopKeeping = store.subscribe(keep);
  report.show(client.link(), runtime);

  return {
    handlers: switcherHandlers({ clock, model, program, time, airSlate: ports.airSlate }),
    scenes: () => (lists.adopted ? sceneNames(model.get()) : null),
    program: () => (lists.adopted ? model.get().program : null),
    lastProgram: () => program.last(),
    take: (scene, by) =>
      time.inLane(async (obs) => {
        await program.put({ scene, by: by.actor, reason: by.reason, keepPreview: true }, obs);
      }),
    cut: (scene, { actor, reason, when }) =>
      time.inLane(async (obs) => {
        if (!when()) return false;
        await program.put({ scene, by: actor, reason, cut: true, keepPreview: true }, obs);
        return true;
      }),
    picture: (scene) =>
      time.beside(async (obs) => {
        const shot = await obs.call('GetSourceScreenshot', {
          sourceName: scene,
          imageFormat: 'png',
          imageWidth: 64,
        });
        return shot.imageData.slice(shot.imageData.indexOf(',') + 1);
      }),
    onAsk: onAsk.add,
    onProgramChange: onChange.add,
    onConnected: onConnected.add,
    startStream: (target) => (lists.adopted ? stream.start(target) : Promise.reject(away())),
    stopStream: () => (lists.adopted ? stream.stop() : Promise.reject(away())),
    setMediaInput: (input, url, options) =>
      time.beside((obs) => setMediaInput(obs, input, url, options?.restart ?? false)),
    watchThumbnails: (listener) => thumbnails.watch(listener),
    watchMeters: (listener) => meters.watch(listener),
    runtimeChanged(status) {
      runtime = status;
      const link = client.link();
      report.show(link.state === 'connected' && !lists.adopted ? connecting : link, runtime);
    },
    obsEnded: () => memory?.forget(),
    async close() {
      keep();
      poll.close();
      report.close();
      stopLink();
      stopEvents();
      stopKeeping();
      lists.close();
      program.close();
      stream.close();
      thumbnails.close();
      await memory?.settled();
    },
  };
}
