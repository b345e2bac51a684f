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
export function attempt(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options }).status === 0;
}

/** Whether this user may make files in `folder`. */
export function mayWrite(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether systemd started this very process, not somebody's terminal further up. */
export const isService = () => process.env.SYSTEMD_EXEC_PID === String(process.pid);

/** Says why and stops with status 1. */
export function fail(message) {
  console.error(`\n✗ ${message}`);
  stop(1);
}

/** Ends the setup; a service that would be started again at once waits first, so as not to spin. */
export function stop(status) {
  if (isService()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000);
  process.exit(status);
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
