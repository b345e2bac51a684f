// What the parent knows of the ingest: pure steps from settings, child reports and child deaths to a view.
import type { AirFeedReport, AirReport } from '../../contract/air-link.ts';
import { backupPath, feedPath, programPath, type IngestSettings } from './guard.ts';
import type { ChildReport, PathReport } from './messages.ts';

/** The ingest as air reports it: `airReport.ingest`, and one feed report a path. */
export interface IngestReport {
  readonly state: AirReport['ingest']['state'];
  readonly rtmpPort: number;
  /** Epoch ms at which `state` began. */
  readonly since: number;
  readonly restarts: number;
  readonly problem: AirReport['ingest']['problem'];
  readonly refused: number;
  /** The program's publication; null while nobody publishes it. */
  readonly program: AirFeedReport | null;
  /** The backup encoder's publication; null while nobody publishes it. */
  readonly backup: AirFeedReport | null;
  /** Every feed of the order, published or not. */
  readonly feeds: Readonly<Record<string, AirFeedReport>>;
}

/** The report and what is needed to make the next one. */
export interface IngestView {
  readonly report: IngestReport;
  readonly settings: IngestSettings | null;
  /** Refused by the children before this one. */
  readonly refusedBefore: number;
  /** Each path's publishing session and count of ends, to date new ones once. */
  readonly seen: Readonly<Record<string, { session: number | null; ends: number }>>;
  /** The program between publications too, for its last end. */
  readonly program: AirFeedReport;
  readonly backup: AirFeedReport;
}

const noFeed: AirFeedReport = {
  connected: false,
  lastPacketAt: null,
  connectedAt: null,
  remote: null,
  stream: null,
  lastEnd: null,
};

/** Before the first order. */
export function initialView(now: number): IngestView {
  return {
    report: {
      state: 'starting',
      rtmpPort: 0,
      since: now,
      restarts: 0,
      problem: null,
      refused: 0,
      program: null,
      backup: null,
      feeds: {},
    },
    settings: null,
    refusedBefore: 0,
    seen: {},
    program: noFeed,
    backup: noFeed,
  };
}

/** A new order: feeds appear and disappear, the port may be another. */
export function withSettings(view: IngestView, settings: IngestSettings, now: number): IngestView {
  const moved = view.report.rtmpPort !== settings.rtmpPort;
  const feeds = Object.fromEntries(
    settings.feeds.map((f) => [f.id, view.report.feeds[f.id] ?? noFeed]),
  );
  const report = { ...view.report, rtmpPort: settings.rtmpPort, feeds };
  const restated = moved ? inState({ ...report, problem: null }, 'starting', now) : report;
  return { ...view, settings, report: restated };
}

/** What the child reports now. */
export function withReport(view: IngestView, message: ChildReport, now: number): IngestView {
  const { settings } = view;
  // A report about the port before the newest order says nothing about this one.
  if (!settings || message.rtmpPort !== settings.rtmpPort) return view;
  const seen: Record<string, { session: number | null; ends: number }> = {};
  const read = (path: string, before: AirFeedReport): AirFeedReport => {
    const told = message.paths[path];
    seen[path] = { session: told?.session ?? null, ends: told?.end?.n ?? 0 };
    return told ? feedFrom(before, view.seen[path], told, now) : idle(before);
  };
  const program = read(programPath, view.program);
  const backup = read(backupPath, view.backup);
  const feeds = Object.fromEntries(
    settings.feeds.map((f) => [f.id, read(feedPath(f.id), view.report.feeds[f.id] ?? noFeed)]),
  );
  const report = {
    ...view.report,
    refused: view.refusedBefore + message.refused,
    program: program.connected ? program : null,
    backup: backup.connected ? backup : null,
    feeds,
  };
  return { ...view, seen, program, backup, report: listening(report, message.listening, now) };
}

/** The child died: nobody publishes, and a new one is on its way. */
export function withDeath(view: IngestView, now: number): IngestView {
  const lost = (feed: AirFeedReport): AirFeedReport =>
    feed.connected ? { ...idle(feed), lastEnd: { at: now, reason: 'ingest' } } : feed;
  const feeds = Object.fromEntries(
    Object.entries(view.report.feeds).map(([id, feed]) => [id, lost(feed)]),
  );
  const report: IngestReport = {
    ...view.report,
    restarts: view.report.restarts + 1,
    problem: 'crashed',
    program: null,
    backup: null,
    feeds,
  };
  return {
    ...view,
    seen: {},
    program: lost(view.program),
    backup: lost(view.backup),
    refusedBefore: view.report.refused,
    report: inState(report, 'down', now),
  };
}

/** Whether two reports differ in more than running measurements: what listeners are told at once. */
export function differs(a: IngestReport, b: IngestReport): boolean {
  return essence(a) !== essence(b);
}

function essence(report: IngestReport): string {
  const feeds = Object.entries(report.feeds).map(([id, f]) => [id, feedEssence(f)]);
  const { program, backup } = report;
  const own = { program: feedEssence(program), backup: feedEssence(backup) };
  return JSON.stringify([{ ...report, feeds: null, ...own }, feeds]);
}

function feedEssence(feed: AirFeedReport | null): unknown {
  return (
    feed && {
      ...feed,
      lastPacketAt: feed.lastPacketAt !== null,
      stream: feed.stream && { ...feed.stream, fps: 0, bitrateKbps: 0, keyframeSeconds: 0 },
    }
  );
}

function listening(
  report: IngestReport,
  told: ChildReport['listening'],
  now: number,
): IngestReport {
  if (told === 'up') return inState({ ...report, problem: null }, 'up', now);
  if (told === 'busy') return inState({ ...report, problem: 'portBusy' }, 'down', now);
  return report;
}

function inState(report: IngestReport, state: IngestReport['state'], now: number): IngestReport {
  return report.state === state ? report : { ...report, state, since: now };
}

function idle(feed: AirFeedReport): AirFeedReport {
  return { ...noFeed, lastPacketAt: feed.lastPacketAt, lastEnd: feed.lastEnd };
}

function feedFrom(
  before: AirFeedReport,
  seen: { session: number | null; ends: number } | undefined,
  told: PathReport,
  now: number,
): AirFeedReport {
  const newEnd = told.end !== null && told.end.n > (seen?.ends ?? 0);
  const lastEnd =
    newEnd && told.end
      ? { at: Math.round(now - told.end.ageMs), reason: told.end.reason }
      : before.lastEnd;
  if (told.session === null) return { ...idle(before), lastEnd };
  const same = before.connected && seen?.session === told.session;
  return {
    connected: true,
    connectedAt: same ? before.connectedAt : Math.round(now - (told.connectedMs ?? 0)),
    lastPacketAt: told.lastPacketMs === null ? null : Math.round(now - told.lastPacketMs),
    remote: told.remote,
    stream: told.stream,
    lastEnd,
  };
}
