// A TLS front before a local port, with certificates made for the test and changed while it runs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';

export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** The certificate's file: as a bundle, it makes this one trusted. */
  readonly file: string;
}

export interface TlsFront {
  readonly port: number;
  /** What new connections are shown from now on. */
  show(certificate: Certificate): void;
  close(): Promise<void>;
}

/** Makes a self-signed certificate for the host `name`, its files called `file` in `folder`. */
export function selfSigned(folder: string, name: string, file = name): Certificate {
  const keyFile = join(folder, `${file}.key`);
  const certFile = join(folder, `${file}.pem`);
  execFileSync(
    'openssl',
    [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj'.split(
        ' ',
      ),
      `/CN=${name}`,
      ...`-addext subjectAltName=DNS:${name} -keyout ${keyFile} -out ${certFile}`.split(' '),
    ],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), file: certFile };
}

/** Starts it before 127.0.0.1:`target`. */
export async function startTlsFront(target: number, first: Certificate): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  const server = createServer({ key: first.key, cert: first.cert }, (socket) => {
    const inner = connect(target, '127.0.0.1');
    inner.on('error', () => socket.destroy());
    socket.on('error', () => inner.destroy());
    socket.on('close', () => inner.destroy());
    socket.pipe(inner).pipe(socket);
  });
  server.on('tlsClientError', () => undefined);
  // Also those that never finish their handshake.
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    show: ({ key, cert }) => server.setSecureContext({ key, cert }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
