// A recording as an output: the same orders and the same life as a destination, with the disk in its place.
import type { AirOutputOrder, AirOutputReport } from '../../contract/air-link.ts';
import { recordingSettings } from '../../contract/outputs.ts';
import type { EncoderProfile } from '../../contract/profiles.ts';
import type { OutputPorts, SupervisedOutput } from './output.ts';
import { planOf, type WorkerPlan } from './plan.ts';
import { createUsageSampler, type Usage } from './process-usage.ts';
import type { RecordingDisk } from './recording-disk.ts';
import { createLane } from './recording-lane.ts';
import { startSession, type Session } from './recording-session.ts';
import { createSpaceWatch, type SpaceWatch } from './recording-space.ts';
import { recordingVerdict } from './recording-verdict.ts';
import type { Problem, Sight } from './sight.ts';
import { idleState, next, type RunEvent, type Step } from './worker-state.ts';

export interface RecordingPorts extends OutputPorts {
  readonly disk: RecordingDisk;
}

/** What is wanted, with everything that was checked once. */
interface Wanted {
  readonly folder: string;
  readonly zone: string | null;
  readonly about: Readonly<Record<string, unknown>>;
  readonly plan: WorkerPlan;
  readonly rollMs: number;
  readonly minFreeBytes: number;
  readonly nominalBytesPerSecond: number;
}

interface Tally {
  readonly dropped: number;
  readonly sentBytes: number;
}

const noUsage: Usage = { cpuPercent: 0, memoryMb: 0 };

/** Makes a recording that nobody has ordered yet. */
export function createRecording(id: string, ports: RecordingPorts): SupervisedOutput {
  const { clock, tap, disk } = ports;
  const log = ports.log.child({ output: id });
  let state = idleState(clock.now());
  let wanted: Wanted | null = null;
  let usage = noUsage;
  let sampler: { pid: number; sample: (now: number) => Promise<Usage | null> } | null = null;
  let rollProblem: Problem | null = null;
  /** Why we end the present file ourselves. */
  let ownVerdict: { cause: 'diskFull'; detail: string } | null = null;
  /** Of the files before this one, since it was ordered to run. */
  let earlier: Tally = { dropped: 0, sentBytes: 0 };
  const sessions = new Set<Session>();
  const space: SpaceWatch = createSpaceWatch({ clock, disk });

  const lane = createLane({
    tap,
    clock,
    startSession: begin,
    wanted: () => ({
      folder: wanted?.folder ?? lane.current?.folder ?? '',
      rollMs: wanted?.rollMs ?? Infinity,
    }),
    onGone(verdict, lines) {
      const told = ownVerdict ?? recordingVerdict(verdict);
      ownVerdict = null;
      dispatch({ type: 'gone', ...told }, lines);
    },
    onRoll(verdict) {
      const before = rollProblem;
      rollProblem = verdict ? { ...recordingVerdict(verdict), at: clock.now() } : null;
      if (verdict) log.warn({ ...verdict }, 'the next file could not be started');
      else {
        const { folder, file, pid } = lane.current ?? {};
        log.info({ folder, file, worker: pid }, 'recording goes on in the next file');
      }
      if (before?.cause !== rollProblem?.cause) ports.changed();
    },
  });

  function begin(startedAt: number): Session {
    const session = startSession(
      { output: id, startedAt, ...wanted! },
      { clock, log, disk, ffmpegPath: ports.ffmpegPath },
    );
    sessions.add(session);
    void session.gone.then(() => {
      sessions.delete(session);
      earlier = plus(earlier, session);
    });
    return session;
  }

  function dispatch(event: RunEvent, lines: readonly string[] = []): void {
    const before = state;
    const {
      state: after,
      step,
      reason,
    } = next(state, event, {
      now: clock.now(),
      random: ports.random,
    });
    state = after;
    if (reason !== null) {
      const { current } = lane;
      const place = { folder: current?.folder ?? wanted?.folder, file: current?.file };
      const fields = { phase: after.phase, reason, ...place, worker: current?.pid };
      const n = after.troubles.main?.attempts ?? 0;
      // A disk that is full for hours is tried every few seconds: its log stays readable.
      if ((n & (n - 1)) !== 0) log.debug(fields, 'recording');
      else if (event.type !== 'gone' || after.phase !== 'backoff') log.info(fields, 'recording');
      else log.warn({ ...fields, lines: lines.slice(-5) }, 'recording lost');
    }
    act(step);
    if (after.shown !== before.shown || after.problem !== before.problem) ports.changed();
  }

  function act(step: Step): void {
    if (step === 'end') lane.end();
    else if (step === 'kill') lane.kill();
    else if (step === 'spawn' && space.low) dispatch({ type: 'gone', ...space.verdict() });
    else if (step === 'spawn') lane.start();
  }

  function guard(): void {
    space.look(wanted?.minFreeBytes ?? 0);
    if (!space.low || !lane.current || ownVerdict) return;
    ownVerdict = space.verdict();
    log.warn({ freeBytes: space.freeBytes }, 'recording ends for want of space');
    lane.end();
  }

  function sight(): Sight {
    const view = lane.current?.view();
    return {
      flowing: tap.flowing,
      accepted: view?.accepted ?? false,
      dryMs: lane.current ? lane.dryMs() : 0,
      // While the next file is being started the present one is given nothing.
      stuckMs: lane.rolling ? 0 : (view?.stuckMs ?? 0),
      unreadMs: 0,
      droppedAgoMs: view?.droppedAgoMs ?? null,
      queueMs: view?.queueMs ?? 0,
    };
  }

  return {
    order(order, encoder) {
      const starts = order.run && !state.ordered;
      if (starts) earlier = { dropped: 0, sentBytes: 0 };
      const made = wantedOf(order, encoder, ports.caFile);
      const wrong = 'wrong' in made ? made.wrong : null;
      if (!('wrong' in made)) {
        if (wanted?.folder !== made.folder) rollProblem = null;
        renewAbout(made);
        wanted = made;
      }
      const changed = wrong !== state.wrong;
      dispatch({ type: 'ordered', run: order.run, wrong, hasBackup: false, changed });
    },
    stop() {
      dispatch({ type: 'ordered', run: false, wrong: null, hasBackup: false, changed: false });
    },
    tick() {
      lane.tick();
      guard();
      // A first file is not begun before it is known whether there is room for it.
      if (state.phase !== 'waiting' || space.known) dispatch({ type: 'tick', sight: sight() });
    },
    async sample() {
      const pid = lane.current?.pid ?? null;
      if (pid === null) {
        usage = noUsage;
        return;
      }
      if (sampler?.pid !== pid) sampler = { pid, sample: createUsageSampler(pid) };
      usage = (await sampler.sample(clock.mono())) ?? usage;
    },
    report: () => report(),
    get idle() {
      return !state.ordered && !lane.busy;
    },
    kill: () => lane.kill(),
  };

  /** Another end of the same programme, say: told beside the files that are already there. */
  function renewAbout({ folder, about }: Wanted): void {
    if (lane.current?.folder !== folder) return;
    if (JSON.stringify(wanted?.about) === JSON.stringify(about)) return;
    void disk.note(folder, (m) => ({ ...m, about: { ...about } }));
  }

  function report(): AirOutputReport {
    const { current } = lane;
    const view = current?.view();
    const live = state.phase === 'live';
    const all = [...sessions].reduce(plus, earlier);
    const bitrateKbps = live ? (view?.bitrateKbps ?? 0) : 0;
    return {
      state: state.shown,
      since: state.since,
      liveSince: live ? state.liveSince : null,
      bitrateKbps,
      sentBytes: all.sentBytes,
      droppedFrames: all.dropped,
      queueMs: view?.queueMs ?? 0,
      restarts: state.restarts,
      nextRetryAt: state.retryAt,
      problem: state.problem ?? (live ? rollProblem : null),
      cpuPercent: current ? usage.cpuPercent : 0,
      memoryMb: current ? usage.memoryMb : 0,
      loudnessLufs: null,
      silentSeconds: null,
      via: null,
      recording: space.facts(
        current,
        live ? bitrateKbps * 125 || (wanted?.nominalBytesPerSecond ?? 0) : 0,
      ),
    };
  }
}

function plus(tally: Tally, session: Session): Tally {
  const view = session.view();
  return {
    dropped: tally.dropped + (view?.dropped ?? 0),
    sentBytes: tally.sentBytes + (view?.sentBytes ?? 0),
  };
}

function wantedOf(
  order: AirOutputOrder,
  encoder: EncoderProfile,
  caFile: string,
): Wanted | { readonly wrong: string } {
  const plan = planOf(order, encoder, caFile);
  if ('wrong' in plan) return plan;
  const settings = recordingSettings.safeParse(order.settings ?? {});
  if (!settings.success || !order.folder) {
    return { wrong: 'the settings are not those of a recording' };
  }
  return {
    folder: order.folder.name,
    zone: order.folder.zone ?? null,
    about: order.folder.about,
    plan,
    rollMs: settings.data.fileMinutes * 60_000,
    minFreeBytes: settings.data.minFreeGb * 1e9,
    nominalBytesPerSecond: (encoder.videoKbps + encoder.audioKbps) * 125,
  };
}
