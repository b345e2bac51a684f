// `npm run bench [-- take fanout media recovery latency start soak=30]`: each figure beside its floor or peer of the same run.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { endAll } from './ends.ts';
import { fanOut } from './fanout.ts';
import { latency } from './latency.ts';
import { media } from './media.ts';
import { both, heading, line } from './print.ts';
import { renderProgram } from './program-file.ts';
import { recovery } from './recovery.ts';
import { soak } from './soak.ts';
import { start } from './start.ts';
import { take } from './take.ts';

interface Part {
  run(bench: Bench): Promise<void>;
  /** Only when it is asked for by name. */
  readonly onRequest?: true;
  /** What the number after `=` may be, and counts. */
  readonly amount?: { readonly least: number; readonly most: number };
}

const parts: Readonly<Record<string, Part>> = {
  take: { run: take },
  fanout: { run: fanOut },
  media: { run: media },
  recovery: { run: recovery },
  latency: { run: latency },
  start: { run: start },
  /** Minutes. */
  soak: { run: soak, onRequest: true, amount: { least: 2, most: 10_080 } },
};

const asked = new Map(process.argv.slice(2).map((word) => split(word)));
const unknown = [...asked].find(([name, amount]) => !allowed(name, amount));
if (unknown) {
  const names = Object.entries(parts).map(([name, { amount }]) => name + (amount ? '[=N]' : ''));
  both(
    `No hay medición «${unknown[0]}» así. Hay: ${names.join(' ')}`,
    `No such measurement. There are: ${names.join(' ')}`,
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

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
let program: Promise<string> | null = null;
const rendered = (): Promise<string> => (program ??= renderProgram(folder));

let ending = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    line(`\n${signal}: cerrando en orden… / closing in order…`);
    void endAll().then(() => {
      removeFolder();
      process.exit(130);
    });
  });
}

let failed = 0;
for (const [name, part] of Object.entries(parts)) {
  if (asked.size > 0 ? !asked.has(name) : part.onRequest) continue;
  const from = performance.now();
  try {
    await part.run({ program: rendered, amount: asked.get(name) ?? null });
  } catch (error) {
    failed += 1;
    if (ending) break;
    line(`\n✗ ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await endAll();
  }
  line(`  ${name}: ${Math.round((performance.now() - from) / 1000)} s`);
}
removeFolder();
both(
  `\n${Math.round((performance.now() - began) / 1000)} s en total, carga al final ${load()}.`,
  `Load at the end: ${load()}.`,
);
// A part may leave a socket closing; nothing that was started is still running by now.
process.exit(failed > 0 ? 1 : 0);

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

/** `soak=5` → its name and 5; null without a number. */
function split(word: string): [string, number | null] {
  const [name = '', amount] = word.split('=');
  return [name, amount === undefined ? null : Number(amount)];
}

function allowed(name: string, amount: number | null): boolean {
  if (!Object.hasOwn(parts, name)) return false;
  const limits = parts[name]?.amount;
  return amount === null || (!!limits && amount >= limits.least && amount <= limits.most);
}
