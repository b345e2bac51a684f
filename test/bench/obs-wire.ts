// A wire between a client and OBS that passes everything on and notes when telling messages went by.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { machineMs } from './figures.ts';

export interface ObsWire {
  /** Address for the client, in place of OBS's own. */
  readonly url: string;
  /** Starts noting for one change of program to `scene`. */
  arm(scene: string): void;
  /** When (ms of the machine's clock) the order left for OBS; null until then. */
  ordered(): number | null;
  /** When OBS first named the scene after the order: its answer to a question, or its event. */
  confirmed(): number | null;
  /** When OBS's own event that the program changed came by. */
  changed(): number | null;
  close(): void;
}

const order = Buffer.from('SetCurrentProgramScene');
const event = Buffer.from('CurrentProgramSceneChanged');

/** Opens a wire to the OBS at `url` (ws://host:port). */
export async function openObsWire(url: string): Promise<ObsWire> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let scene: Buffer | null = null;
  const at = {
    ordered: null as number | null,
    confirmed: null as number | null,
    changed: null as number | null,
  };

  const toObs = (payload: Buffer): void => {
    if (scene && payload.includes(order) && payload.includes(scene)) at.ordered ??= machineMs();
  };
  const fromObs = (payload: Buffer): void => {
    if (!scene || at.ordered === null || !payload.includes(scene)) return;
    at.confirmed ??= machineMs();
    if (payload.includes(event)) at.changed ??= machineMs();
  };

  const server = createServer((client) => {
    const obs = connect(Number(target.port), target.hostname);
    const ways = [
      [client, obs, frames(toObs)],
      [obs, client, frames(fromObs)],
    ] as const;
    for (const [from, to, look] of ways) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        to.write(chunk);
        look(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arm(next) {
      scene = Buffer.from(next);
      at.ordered = at.confirmed = at.changed = null;
    },
    ordered: () => at.ordered,
    confirmed: () => at.confirmed,
    changed: () => at.changed,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Cuts one direction of a WebSocket connection into payloads, unmasked; skips the HTTP upgrade. */
function frames(use: (payload: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  let upgraded = false;
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (!upgraded) {
      const end = held.indexOf('\r\n\r\n');
      if (end < 0) return;
      upgraded = true;
      held = held.subarray(end + 4);
    }
    for (;;) {
      const frame = firstFrame(held);
      if (!frame) return;
      held = held.subarray(frame.bytes);
      use(frame.payload);
    }
  };
}

function firstFrame(data: Buffer): { payload: Buffer; bytes: number } | null {
  if (data.length < 2) return null;
  const masked = (data[1]! & 0x80) !== 0;
  const short = data[1]! & 0x7f;
  const sizeBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const start = 2 + sizeBytes + (masked ? 4 : 0);
  if (data.length < start) return null;
  const length =
    sizeBytes === 8
      ? Number(data.readBigUInt64BE(2))
      : sizeBytes === 2
        ? data.readUInt16BE(2)
        : short;
  if (data.length < start + length) return null;
  const payload = Buffer.from(data.subarray(start, start + length));
  if (masked) {
    const mask = data.subarray(start - 4, start);
    for (let i = 0; i < payload.length; i += 1) payload[i]! ^= mask[i & 3]!;
  }
  return { payload, bytes: start + length };
}
