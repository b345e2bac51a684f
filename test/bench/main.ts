// `npm run bench [-- take fanout media latency start]`: each figure beside its floor or peer of the same run.
import { cpus, loadavg } from 'node:os';
import { endAll } from './ends.ts';
import { fanOut } from './fanout.ts';
import { latency } from './latency.ts';
import { media } from './media.ts';
import { both, heading, line } from './print.ts';
import { start } from './start.ts';
import { take } from './take.ts';

const parts: Readonly<Record<string, () => Promise<void>>> = {
  take,
  fanout: fanOut,
  media,
  latency,
  start,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  both(
    `No hay medición «${unknown.join(', ')}». Hay: ${Object.keys(parts).join(' ')}`,
    `No such measurement. There are: ${Object.keys(parts).join(' ')}`,
  );
  process.exit(2);
}

const began = performance.now();
heading('Mediciones del estudio', 'Measurements of the studio');
both(
  `${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.versions.node}, carga previa ${load()}.`,
  `Load before: ${load()}. Another program at work makes every figure worse, its floor included.`,
);
both(
  'Cada cifra va junto a su piso o su par, medido en esta misma corrida: lo que vale es la diferencia, no el tiempo absoluto.',
  'Each figure stands beside its floor or peer of this same run: the difference counts, not the absolute time.',
);

let ending = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    line(`\n${signal}: cerrando en orden… / closing in order…`);
    void endAll().then(() => process.exit(130));
  });
}

let failed = 0;
for (const [name, run] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  try {
    await run();
  } catch (error) {
    failed += 1;
    if (ending) break;
    line(`\n✗ ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await endAll();
  }
}
both(
  `\n${Math.round((performance.now() - began) / 1000)} s en total, carga al final ${load()}.`,
  `Load at the end: ${load()}.`,
);
// A part may leave a socket closing; nothing that was started is still running by now.
process.exit(failed > 0 ? 1 : 0);

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
