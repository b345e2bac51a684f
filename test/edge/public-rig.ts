// The public routes over HTTP with the real headers, on a grid and a clock that a test may change.
import { createServer } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import { scheduleDocument, type ScheduleDocument } from '../../server/contract/grid.ts';
import { silentLog } from '../../server/core/log.ts';
import { checkedRange } from '../../server/grid/requests.ts';
import { occurrencesBetween, type DatedChange } from '../../server/grid/resolve.ts';
import { instantOf } from '../../server/grid/wall-clock.ts';
import { loadLibrary } from '../../server/library/load.ts';
import { problemMiddleware } from '../../server/web/problem.ts';
import { publicRoutes } from '../../server/web/public-routes.ts';
import { securityHeaders } from '../../server/web/security-headers.ts';

const rootDir = join(import.meta.dirname, '../..');

/** The station's own profiles, and its grid of every week. */
export const library = loadLibrary(rootDir);
const { zone } = library.station;

/** A plan whose names try to break out of every format. */
export const hostile = scheduleDocument.parse({
  ...library.schedule,
  note: '</script><b>"nota" & \'más\'',
  programs: library.schedule?.programs.map((p) =>
    p.id === 'mundo-positivo'
      ? { ...p, name: '</script><script>alert(1)</script> «Ñandú», ]]> & más; \\ "x"' }
      : p,
  ),
});

export interface PublicRig {
  readonly base: string;
  /** Unix ms of the server's clock. */
  now: number;
  document: ScheduleDocument | null;
  changes: readonly DatedChange[];
  get(path: string): Promise<Response>;
  close(): Promise<void>;
}

/** Serves them on a port of its own; it is Tuesday 24 November 2026, 10:30 at the station. */
export async function startPublic(): Promise<PublicRig> {
  const app = express();
  app.set('query parser', 'simple');
  app.use(securityHeaders());
  app.use(express.static(join(rootDir, 'control-ui/public')));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const base = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
  const rig: PublicRig = {
    base,
    now: instantOf('2026-11-24', '10:30', zone),
    document: library.schedule,
    changes: [],
    get: (path) => fetch(`${base}${path}`),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  app.use(
    publicRoutes({
      clock: { now: () => rig.now },
      station: library.station,
      grid: {
        week(from, to) {
          const { start, end } = checkedRange(from, to, zone);
          const { document, changes } = rig;
          const plan = document && { document, changes, zone, scenes: null };
          const occurrences = plan ? occurrencesBetween(plan, start, end) : [];
          return { zone, version: 1, note: document?.note ?? '', occurrences, overrides: [] };
        },
        programs: () => rig.document?.programs ?? [],
      },
    }),
  );
  app.use(problemMiddleware(silentLog, () => rig.now));
  return rig;
}
