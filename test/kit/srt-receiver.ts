// SRT receivers for tests: a real one (ffmpeg as listener) that records, and one that turns callers away.
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { until } from './until.ts';

export interface SrtReceiver {
  readonly port: number;
  /** Bytes of MPEG-TS recorded so far. */
  readonly bytes: number;
  /** SIGSTOP: the port stays, nothing is answered any more. */
  freeze(): void;
  /** Ends it: `close` says goodbye to the caller, `crash` does not. */
  end(how: 'close' | 'crash'): Promise<void>;
}

/** Listens on UDP `port` for one caller, and records what it sends to `file` (MPEG-TS). */
export async function startSrtReceiver(
  port: number,
  file: string,
  options: { readonly passphrase?: string } = {},
): Promise<SrtReceiver> {
  const secret = options.passphrase === undefined ? [] : ['-passphrase', options.passphrase];
  const child: ChildProcess = spawn(
    'ffmpeg',
    [
      ...'-nostdin -v error -y -fflags +nobuffer -f mpegts'.split(' '),
      ...secret,
      '-i',
      `srt://127.0.0.1:${port}?mode=listener`,
      ...'-map 0 -c copy -f mpegts -flush_packets 1'.split(' '),
      file,
    ],
    { stdio: 'ignore' },
  );
  await until('the SRT listener is up', () => listens(port));
  return {
    port,
    get bytes() {
      return existsSync(file) ? statSync(file).size : 0;
    },
    freeze: () => child.kill('SIGSTOP'),
    async end(how) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill(how === 'close' ? 'SIGINT' : 'SIGKILL');
      await gone;
    },
  };
}

/** Whether somebody on this machine holds UDP `port` of 127.0.0.1, by the kernel's own list. */
function listens(port: number): boolean {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/udp', 'utf8').includes(` ${local} `);
}

/**
 * Answers every SRT caller's handshake with a rejection (`reason` as in libsrt's access control,
 * 1403: forbidden), as a server does that does not know the stream id.
 */
export async function startSrtRefuser(reason = 1403): Promise<{ port: number; close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (packet, from) => {
    // Control packet of type 0: a handshake; its type is the sixth word of its body.
    if (packet.length < 64 || packet.readUInt16BE(0) !== 0x8000) return;
    const answer = Buffer.from(packet.subarray(0, 64));
    const caller = packet.readUInt32BE(40);
    answer.writeUInt32BE(caller, 12);
    answer.writeUInt32BE(5, 16);
    answer.writeUInt16BE(0, 20);
    if (packet.readInt32BE(36) === 1) {
      // Induction: version 5, the magic that says so, and a cookie.
      answer.writeUInt16BE(0x4a17, 22);
      answer.writeUInt32BE(0x5ca1ab1e, 44);
    } else {
      answer.writeUInt16BE(0, 22);
      answer.writeInt32BE(1000 + reason, 36);
    }
    socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, close: () => socket.close() };
}
