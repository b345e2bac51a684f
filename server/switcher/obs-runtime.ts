// Which OBS to use: a person's, one of our own, or none; decided at the start, and again while there is none.
import type { EncoderProfile, ObsProfile } from '../contract/profiles.ts';
import type { Audit } from '../core/audit.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import type { Words } from '../core/errors.ts';
import { newSecret } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { findProgram } from './launch-obs.ts';
import { createManagedObs, findRunning, type ManagedObs } from './managed-obs.ts';
import { openObsFiles, type ObsFiles } from './obs-files.ts';
import type { ObsClient } from './obs-port.ts';
import { stationWords, type Station } from './obs-words.ts';
import { probeObs } from './probe.ts';
import type { Switcher } from './service-ports.ts';

export interface ObsRuntimePorts {
  readonly config: {
    readonly obs: 'auto' | 'attach' | 'managed' | 'off';
    /** The person's OBS. */
    readonly obsUrl: string;
    readonly obsPassword: string | undefined;
    readonly dataDir: string;
  };
  readonly client: ObsClient;
  /** Told whose OBS it is, and when it was ended; knows the scene last seen on air. */
  readonly switcher: Pick<Switcher, 'runtimeChanged' | 'obsEnded' | 'lastProgram'>;
  /** What a managed OBS is made from; null when the file could not be read: then none is managed. */
  readonly profile: ObsProfile | null;
  readonly encoder: EncoderProfile | null;
  readonly station: Station;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Audit;
  /** In [0,1). */
  readonly random: () => number;
  /** Whether an obs-websocket answers there; a test may bring another. */
  readonly probe?: (url: string) => Promise<boolean>;
  /** Whether OBS and Xvfb are installed; a test may say no. */
  readonly installed?: () => boolean;
}

export interface ObsRuntime {
  /** Resolves once it is decided (not necessarily connected); never rejects. */
  start(): Promise<void>;
  /** The managed OBS's process id; null when there is none. */
  pid(): number | null;
  close(options: { stop: boolean }): Promise<void>;
}

const lookAgainMs = 5000;

const notes = {
  off: {
    es: 'OBS está desactivado (STUDIO_OBS=off).',
    en: 'OBS is turned off (STUDIO_OBS=off).',
  },
  none: {
    es: 'No hay OBS: abra uno con su servidor WebSocket activo, o instale los paquetes obs-studio y xvfb.',
    en: 'There is no OBS: open one with its WebSocket server on, or install the packages obs-studio and xvfb.',
  },
  missing: {
    es: 'Para que el servidor maneje su propio OBS, instale los paquetes obs-studio y xvfb.',
    en: 'For the server to run an OBS of its own, install the packages obs-studio and xvfb.',
  },
  failed: {
    es: 'La carpeta de OBS dentro de los datos no se pudo preparar; mire el registro y los permisos, y reinicie.',
    en: 'The folder of OBS inside the data could not be prepared; look at the log and the permissions, and restart.',
  },
  noProfile: {
    es: 'El perfil de OBS de la estación no se pudo leer; corrija el archivo y reinicie.',
    en: "The station's OBS profile could not be read; correct the file and restart.",
  },
} satisfies Record<string, Words>;

/** Decides and acts on `start`. */
export function createObsRuntime(ports: ObsRuntimePorts): ObsRuntime {
  const { client, clock, config, switcher } = ports;
  const probe = ports.probe ?? ((url: string) => probeObs(clock, url));
  const installed =
    ports.installed ?? (() => findProgram('obs') !== null && findProgram('Xvfb') !== null);
  let managed: ManagedObs | null = null;
  let stopLooking: Cancel | null = null;
  let closed = false;

  function attach(): void {
    switcher.runtimeChanged({ ownership: 'attached', note: null, pending: 'looking' });
    client.configure({ url: config.obsUrl, password: config.obsPassword });
  }

  /** The folder of a managed OBS; null when there is nothing to make one from. */
  function openFiles(): ObsFiles | null {
    const { profile, encoder, station } = ports;
    if (!profile || !encoder) return null;
    const recipe = { profile, encoder, words: stationWords(station) };
    return openObsFiles(config.dataDir, recipe, () => newSecret(24));
  }

  async function manage(files: ObsFiles): Promise<void> {
    const own = { ownership: 'managed', note: null } as const;
    // One that still runs has to answer like any other.
    switcher.runtimeChanged({ ...own, pending: findRunning(files) ? 'looking' : 'starting' });
    managed = createManagedObs({
      ...ports,
      files,
      zone: ports.station.zone,
      healthy: () => client.link().state === 'connected',
      lastProgram: () => switcher.lastProgram(),
      onTarget: (target) => client.configure(target),
      onTrouble: () => switcher.runtimeChanged({ ...own, pending: null, restarting: true }),
    });
    await managed.start();
  }

  function without(note: Words): void {
    client.configure(null);
    switcher.runtimeChanged({ ownership: 'none', note, pending: null });
  }

  async function choose(): Promise<void> {
    switcher.runtimeChanged({ ownership: 'none', note: null, pending: 'looking' });
    const files = openFiles();
    // Our own that still runs may be on the air: it goes before anything newly opened.
    if (files && findRunning(files)) return manage(files);
    if (await probe(config.obsUrl)) return closed ? undefined : attach();
    if (closed) return;
    if (files && installed()) return manage(files);
    without(files ? notes.none : notes.noProfile);
    let looking = false;
    stopLooking = clock.every(lookAgainMs, () => {
      if (looking) return;
      looking = true;
      void probe(config.obsUrl).then((answers) => {
        looking = false;
        if (!answers || !stopLooking) return;
        stopLooking();
        stopLooking = null;
        attach();
      });
    });
  }

  async function begin(): Promise<void> {
    if (config.obs === 'off') return without(notes.off);
    if (config.obs === 'attach') return attach();
    if (config.obs === 'auto') return choose();
    const files = openFiles();
    if (!files) return without(notes.noProfile);
    if (!installed()) return without(notes.missing);
    return manage(files);
  }

  return {
    async start() {
      try {
        await begin();
      } catch (error) {
        ports.log.error({ err: error }, 'OBS could not be prepared');
        without(notes.failed);
      }
    },
    pid: () => managed?.run()?.obs.pid ?? null,
    async close(options) {
      closed = true;
      stopLooking?.();
      stopLooking = null;
      const letGo = (): void => {
        client.configure(null);
        switcher.runtimeChanged({ ownership: 'none', note: null, pending: null });
      };
      // Let go of first: an OBS that is ended on purpose is not one that was lost.
      letGo();
      await client.close();
      await managed?.close(options);
      if (managed && options.stop) switcher.obsEnded();
      // One that was just being started has a connection again.
      letGo();
    },
  };
}
