// The web players of this air process by output id: made when their worker starts, kept a while after it ended.
import { hlsSettings, type OutputSettings } from '../../contract/outputs.ts';
import type { Cancel, Clock } from '../../core/clock.ts';
import { newId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { createPackager, type MediaSink } from './packager.ts';
import { createHlsStream, type HlsStream } from './stream.ts';

export interface HlsRooms {
  /** The sink of a worker that starts; the stream goes on where an earlier worker left it. */
  open(id: string, settings: OutputSettings | null, keyframeSeconds: number): MediaSink;
  /** Ordered to stop: players are told, and it is forgotten after a while. */
  end(id: string): void;
  stream(id: string): HlsStream | null;
  close(): void;
}

/** How long a player that is behind may still fetch the end, ms. */
const keptMs = 30_000;

/** Makes the rooms; empty. */
export function createHlsRooms(ports: { readonly clock: Clock; readonly log: Log }): HlsRooms {
  const { clock } = ports;
  const rooms = new Map<string, { stream: HlsStream; forget: Cancel | null }>();

  return {
    open(id, given, keyframeSeconds) {
      const log = ports.log.child({ output: id });
      const { partMs, windowSeconds } = hlsSettings.catch(hlsSettings.parse({})).parse(given ?? {});
      const settings = { partMs, windowSeconds, keyframeSeconds };
      const known = rooms.get(id);
      known?.forget?.();
      known?.stream.configure(settings);
      const stream =
        known?.stream ?? createHlsStream({ clock, session: newId('v').slice(2) }, settings);
      rooms.set(id, { stream, forget: null });
      return createPackager({ clock, log, stream });
    },
    end(id) {
      const room = rooms.get(id);
      if (!room || room.forget) return;
      room.stream.end();
      room.forget = clock.after(keptMs, () => rooms.delete(id));
    },
    stream: (id) => rooms.get(id)?.stream ?? null,
    close() {
      for (const room of rooms.values()) {
        room.forget?.();
        room.stream.end();
      }
      rooms.clear();
    },
  };
}
