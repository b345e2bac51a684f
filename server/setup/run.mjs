// Runs other programs for the setup steps, without a shell.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { constants as os } from 'node:os';
import { delimiter, join } from 'node:path';
import { pinnedNode, root } from './places.mjs';

/** Whether `command` is on the PATH or in Debian's system folders. */
export function installed(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a step to its end with its output on the console; stops the setup when it fails. */
export function step(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) fail(`${command}: ${result.error.message}`);
  if (result.status !== 0) fail(`${command} ${args.join(' ')} → ${result.status ?? result.signal}`);
}

/** Runs a step to its end with its output on the console; says whether it went well. */
export function attempt(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Says why and stops with status 1. */
export function fail(message) {
  console.error(`\n✗ ${message}`);
  process.exit(1);
}

/** Becomes `node args…` of the pinned Node: replaces this process where Node can, else passes signals on. */
export function become(args, env = process.env) {
  if (typeof process.execve === 'function') {
    process.chdir(root);
    process.execve(pinnedNode, [pinnedNode, ...args], env);
  }
  const child = spawn(pinnedNode, args, { cwd: root, stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (os.signals[signal] ?? 1)));
}
