// Who has a data folder: asks the lock that server/core/process-lock.ts takes.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { connect } from 'node:net';

/** Pid of the `control` or `air` that uses `folder`; null when there is none. */
export function lockOwner(role, folder) {
  return new Promise((done) => {
    let path;
    try {
      path = realpathSync(folder);
    } catch {
      return done(null);
    }
    const id = createHash('sha256').update(path).digest('hex').slice(0, 32);
    const socket = connect(`\0studio-${role}-${id}`);
    let text = '';
    const end = () => {
      socket.destroy();
      done(/^\d+$/.test(text) ? Number(text) : null);
    };
    socket.setTimeout(1000, end);
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    socket.once('error', end);
    socket.once('end', end);
  });
}
