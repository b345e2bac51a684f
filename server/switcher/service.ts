// The switcher: owns `state.switcher` and `state.parts.obs`, adopts whatever OBS has on, and carries out orders.
import type { Handlers } from '../contract/commands.ts';
import type { EncoderProfile } from '../contract/profiles.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import type { Alarms } from '../core/alarms.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { StateStore } from '../core/state-store.ts';
import { createCommandTime } from './command-time.ts';
import { frameWords, nextFrames, noFrames, type FrameCounts } from './encoder-alarm.ts';
import { writeEncoder } from './encoder-check.ts';
import { switcherHandlers, type SwitcherCommand } from './handlers.ts';
import type { AirSlate } from './panic.ts';
import { createLinkReport, type RuntimeStatus } from './link-report.ts';
import { setMediaInput } from './media-input.ts';
import { createMeters, type MeterListener } from './meters.ts';
import { sceneNames, switcherModel } from './model.ts';
import { notConnected } from './obs-failure.ts';
import type { ObsClient, ObsEvent, ObsLink } from './obs-port.ts';
import { createObsLists } from './obs-lists.ts';
import { createObsPoll } from './obs-poll.ts';
import { createProgram, type OnAir } from './program.ts';
import { createStreamOutput } from './stream-output.ts';
import type { StreamTarget } from './stream-step.ts';
import { createThumbnails, type ThumbnailListener } from './thumbnails.ts';
import { linkWords } from './words.ts';

export interface SwitcherPorts {
  readonly client: ObsClient;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Audit;
  readonly alarms: Pick<Alarms, 'raise' | 'clear'>;
  /** In [0,1). */
  readonly random: () => number;
  /** Names the station gave its slate scene and lower third; null when its profile could not be read. */
  readonly profile: { readonly slateScene: string; readonly lowerThird: string } | null;
  readonly encoder: EncoderProfile | null;
  /** Air's own slate, for a panic that OBS does not carry out; without it such a panic only fails. */
  readonly airSlate?: AirSlate;
}

export interface Switcher {
  readonly handlers: Handlers<SwitcherCommand>;
  /** Names of OBS's scenes, top first; null while unknown. */
  scenes(): readonly string[] | null;
  /** The scene on air; null while unknown. */
  program(): string | null;
  /** The scene last seen on air, also after OBS is gone; null when none ever was. */
  lastProgram(): string | null;
  /** Puts a scene on air with the operator's transition; nothing to do when it is there. For automation. */
  take(scene: string, by: { actor: string; reason: string }): Promise<void>;
  /**
   * Cuts to a scene if `when` still says so at its turn; resolves to whether it did, once OBS reported
   * it. For automation that must not act on what a person changed meanwhile.
   */
  cut(scene: string, by: { actor: string; reason: string; when: () => boolean }): Promise<boolean>;
  /** Each wish to move the program, before OBS is told; returns the removal. */
  onAsk(listener: (wish: { scene: string; by: string }) => void): () => void;
  /** `by`: a login name, `grid`, or `obs` for somebody using OBS itself. Not called for what is adopted. */
  onProgramChange(listener: (change: { scene: string; by: string }) => void): () => void;
  /** After each connection, once everything has been read. */
  onConnected(listener: () => void): () => void;
  /** Resolves once OBS streams there, or is on its way after 4 s; nothing to do when it already does. */
  startStream(target: StreamTarget): Promise<void>;
  /** Resolves once OBS does not stream, or is still stopping after 4 s. */
  stopStream(): Promise<void>;
  /** Plays `url` in a media source, null blanks it; `restart` opens the same address again. */
  setMediaInput(input: string, url: string | null, options?: { restart?: boolean }): Promise<void>;
  watchThumbnails(listener: ThumbnailListener): () => void;
  watchMeters(listener: MeterListener): () => void;
  /** Reads OBS's encoder back into the state. */
  checkEncoder(): Promise<void>;
  /** Sets OBS to the profile; `conflict` while it streams. */
  applyEncoder(profile: EncoderProfile): Promise<void>;
  runtimeChanged(status: RuntimeStatus): void;
  close(): void;
}

const connecting: ObsLink = {
  state: 'connecting',
  problem: linkWords.connecting,
  obsVersion: null,
};

/** Makes the switcher; it does nothing until the client connects. */
export function createSwitcher(ports: SwitcherPorts): Switcher {
  const { client, store, clock, log } = ports;
  const model = switcherModel(store);
  const frameAlarms = createAlarmLatch(ports.alarms);
  let frames = noFrames;
  const changeListeners = new Set<(change: { scene: string; by: string }) => void>();
  const connectedListeners = new Set<() => void>();
  const askListeners = new Set<(wish: { scene: string; by: string }) => void>();
  let runtime: RuntimeStatus = { ownership: 'none', note: null };

  const lists = createObsLists({
    ...ports,
    model,
    onAdopted(raw) {
      program.adopt(raw);
      report.show(client.link(), runtime);
      for (const listener of connectedListeners) call(() => listener());
      void poll.checkEncoder();
    },
  });
  const time = createCommandTime(clock, client, () => {
    if (!lists.adopted) throw notConnected(client.link());
  });
  const report = createLinkReport(ports);
  const program = createProgram({
    obs: client,
    clock,
    log,
    model,
    later: (job) => {
      time.inLane(job).catch((error: unknown) => log.debug({ err: error }, 'left as it is in OBS'));
    },
    onChange: announce,
    onAsk(wish) {
      for (const listener of askListeners) call(() => listener(wish));
    },
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

  function sawFrames(counts: FrameCounts | null): void {
    frames = nextFrames(frames, counts);
    for (const [trouble, words] of Object.entries(frameWords)) {
      const up = frames.up.has(trouble as keyof typeof frameWords);
      frameAlarms.set(`obs-frames-${trouble}`, up ? words : null);
    }
  }

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
    for (const listener of changeListeners) {
      call(() => listener({ scene: change.scene, by: change.by }));
    }
  }

  /** One listener's mistake must not keep the others, nor OBS, waiting. */
  function call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      log.error({ err: error }, 'a listener of the switcher failed');
    }
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
    if (link.state === 'connected') {
      // It shows as connected once it has been read.
      void lists.adopt();
      return;
    }
    const known = lists.adopted;
    lists.lost();
    if (known) {
      program.lost();
      stream.lost();
      sawFrames(null);
    }
    report.show(link, runtime);
  }

  const stopLink = client.onLink(onLink);
  const stopEvents = client.onEvent(onEvent);
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
    onAsk(listener) {
      askListeners.add(listener);
      return () => askListeners.delete(listener);
    },
    onProgramChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    onConnected(listener) {
      connectedListeners.add(listener);
      return () => connectedListeners.delete(listener);
    },
    startStream: (target) =>
      lists.adopted ? stream.start(target) : Promise.reject(notConnected(client.link())),
    stopStream: () => (lists.adopted ? stream.stop() : Promise.reject(notConnected(client.link()))),
    setMediaInput: (input, url, options) =>
      time.beside((obs) => setMediaInput(obs, input, url, options?.restart ?? false)),
    watchThumbnails: (listener) => thumbnails.watch(listener),
    watchMeters: (listener) => meters.watch(listener),
    checkEncoder: () => poll.checkEncoder(),
    applyEncoder: (profile) =>
      time.beside(async (obs) => {
        const { streaming } = model.get();
        if (streaming !== 'off') {
          throw new StudioError(
            'conflict',
            {
              es: 'OBS está transmitiendo: el codificador se cambia con la transmisión detenida.',
              en: 'OBS is streaming: its encoder is changed while the stream is stopped.',
            },
            { context: { present: streaming } },
          );
        }
        await writeEncoder(obs, profile);
        await poll.checkEncoder();
      }),
    runtimeChanged(status) {
      runtime = status;
      const link = client.link();
      report.show(link.state === 'connected' && !lists.adopted ? connecting : link, runtime);
    },
    close() {
      poll.close();
      report.close();
      stopLink();
      stopEvents();
      lists.close();
      program.close();
      stream.close();
      thumbnails.close();
    },
  };
}
