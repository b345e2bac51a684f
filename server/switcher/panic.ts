// The button for when everything goes wrong: OBS's slate scene at once, or air's own where OBS does not follow.
import { StudioError } from '../core/errors.ts';
import type { CommandTime } from './command-time.ts';
import type { SwitcherModel } from './model.ts';
import type { Program } from './program.ts';

/** Air's own slate, which needs no OBS. */
export interface AirSlate {
  /** Puts it on until a person takes it off; rejects within a second when that is not possible. */
  force(by: string, reason: string): Promise<void>;
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
      return program.put(put, obs);
    },
    airSlate ? obsMs : undefined,
  );
}
