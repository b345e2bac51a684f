// The button for when everything goes wrong: OBS's slate scene at once, or air's own where OBS does not follow; and the way back.
import { StudioError } from '../core/errors.ts';
import type { CommandTime } from './command-time.ts';
import type { SwitcherModel } from './model.ts';
import type { Program } from './program.ts';
import { programMoved } from './words.ts';

/** Air's own slate, which needs no OBS. */
export interface AirSlate {
  /** Puts it on until a person takes it off; rejects within a second when that is not possible. */
  force(by: string, reason: string): Promise<void>;
  /** Whether a person's is on. */
  on(): boolean;
  /** Takes a person's off; remembered even when air is away, and then rejects. */
  release(by: string): Promise<void>;
}

export interface PanicPorts {
  readonly model: SwitcherModel;
  readonly program: Program;
  readonly time: CommandTime;
  readonly airSlate?: AirSlate | undefined;
}

/** OBS's share of the two seconds; the rest is air's. */
const obsMs = 950;
const forcedReason = 'OBS no puso «Ya regresamos»; sale el del servidor.';

/** Answers with the scene OBS reported, or with `forced` when air's own slate covers OBS. */
export async function panic(
  ports: PanicPorts,
  actor: string,
): Promise<{ program: string | null; forced: boolean }> {
  const { airSlate, model } = ports;
  try {
    return { program: await slateScene(ports, actor), forced: false };
  } catch (error) {
    if (!airSlate) throw error;
    try {
      await airSlate.force(actor, forcedReason);
    } catch (second) {
      // Off the air there is nothing to cover: what OBS said is the answer.
      throw second instanceof StudioError && second.code === 'conflict' ? error : second;
    }
    return { program: model.get().program, forced: true };
  }
}

function slateScene(
  { model, program, time, airSlate }: PanicPorts,
  actor: string,
): Promise<string> {
  return time.inLane(
    async (obs) => {
      const scene = model.get().slateScene;
      if (scene === null) {
        throw new StudioError(
          'notFound',
          {
            es: 'OBS no tiene la escena de reserva («Ya regresamos»). Créela en OBS con ese nombre.',
            en: 'OBS has no slate scene. Make one in OBS with the name the profile gives it.',
          },
          { context: { scenes: model.get().scenes.map((s) => s.name) } },
        );
      }
      const put = { scene, by: actor, reason: 'Ya regresamos', cut: true, keepPreview: true };
      const shown = await program.put(put, obs);
      // Where it was on already, it is now meant by whoever pressed.
      model.change((s) => {
        s.programBy = actor;
      });
      return shown;
    },
    airSlate ? obsMs : undefined,
  );
}

/**
 * Takes «Ya regresamos» off, whichever is on: the scene that OBS's slate scene replaced goes back on the
 * program, then air's own slate lets go. `conflict` when none is on, `notFound` when only OBS's is and what
 * it replaced is gone or not known. Answers with the scene on the program.
 */
export async function endPanic(
  ports: PanicPorts,
  actor: string,
): Promise<{ program: string | null; forced: boolean }> {
  const { airSlate, model } = ports;
  if (!airSlate?.on()) return { program: await sceneBefore(ports, actor), forced: false };
  try {
    await sceneBefore(ports, actor);
  } catch (error) {
    // OBS is away, or shows what it should already: air's own is what hides it, and that can be taken off.
    if (!(error instanceof StudioError)) throw error;
  }
  await airSlate.release(actor);
  return { program: model.get().program, forced: false };
}

function sceneBefore(
  { model, program, time, airSlate }: PanicPorts,
  actor: string,
): Promise<string> {
  return time.inLane(
    async (obs) => {
      const { beforeSlate: scene, program: present, slateScene: slate } = model.get();
      if (slate === null || present !== slate) throw programMoved(present);
      if (scene === null) {
        throw new StudioError('notFound', {
          es: `No se sabe qué escena estaba antes de «${slate}». Ponga una en previo y tómela.`,
          en: `Nobody knows which scene was on before “${slate}”. Put one in preview and take it.`,
        });
      }
      const reason = `Fin de «${slate}»`;
      return program.put({ scene, by: actor, reason, cut: true, keepPreview: true }, obs);
    },
    airSlate?.on() ? obsMs : undefined,
  );
}
