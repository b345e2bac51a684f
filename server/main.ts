// Control's process: reads its environment, opens everything, and ends it when a signal says so.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, readConfig, type Config } from './config.ts';
import type { Print } from './console.ts';
import { openControl, type Control } from './control/open.ts';
import { StudioError } from './core/errors.ts';

const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');
const print: Print = (line) => void process.stdout.write(`${line}\n`);

/** Every part has its own deadline; this one only guards against a mistake in one of them, ms. */
const endMs = 40_000;

/** Ends `control` once, at the first of the signals, as that signal promises. */
function endOnSignal(control: Control, config: Config): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    // A service manager that restarts control must not end an air that has a service of its own; and
    // nobody meant to end a transmission by losing the line to a terminal.
    const alone =
      signal === 'SIGUSR2' ||
      signal === 'SIGHUP' ||
      (signal === 'SIGTERM' && config.air === 'external');
    print(
      alone
        ? `\n${signal}: termina el control; el aire sigue… / control ends; the air goes on…`
        : `\n${signal}: cerrando en orden… / closing in order…`,
    );
    setTimeout(() => process.exit(1), endMs).unref();
    void control.end(alone ? 'handOver' : 'stop').then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) {
    process.on(signal, stop);
  }
}

/** Says why the server cannot start, in words, and ends with status 1. */
function refuse(error: unknown): never {
  if (error instanceof ConfigError) {
    print('✗ Variables de entorno no válidas / invalid environment:');
    for (const line of error.lines) print(`    ${line}`);
  } else if (error instanceof StudioError) {
    print(`✗ ${error.words.es}\n  ${error.words.en}`);
  } else {
    print(`✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  process.exit(1);
}

// A terminal that is gone, or a full disk behind `>`: what is printed is for people, and may get lost.
process.stdout.on('error', () => undefined);
try {
  const config = readConfig(process.env, rootDir);
  endOnSignal(await openControl(config, print), config);
} catch (error) {
  refuse(error);
}
