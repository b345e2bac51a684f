// Hands text to a child process through a file that has no name: never in arguments, never on disk for long.
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SecretFile {
  /** Pass it as an inherited descriptor; the child opens it as /dev/fd/N. */
  readonly fd: number;
  /** Closes this side; the child keeps its own. */
  close(): void;
}

/**
 * A file of mode 0600 holding `text`, in memory where the system allows it, whose name is removed
 * before the text is written. Throws what the file system throws.
 */
export function openSecretFile(text: string): SecretFile {
  const path = join(memoryFolder(), `.studio-${randomBytes(12).toString('hex')}`);
  const fd = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
    writeSync(fd, text);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { fd, close: () => closeSync(fd) };
}

function memoryFolder(): string {
  try {
    return statSync('/dev/shm').isDirectory() ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}
