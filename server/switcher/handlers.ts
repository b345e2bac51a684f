// The switcher's commands: each answers once, within its time, with what OBS then reported.
import type { Handlers } from '../contract/commands.ts';
import { switcherCommands } from '../contract/switcher.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import type { CommandTime } from './command-time.ts';
import type { SwitcherModel } from './model.ts';
import { endPanic, panic, type AirSlate } from './panic.ts';
import type { Program } from './program.ts';
import { sourceHandlers } from './source-handlers.ts';
import { judgeTake } from './take-policy.ts';
import { programMoved } from './words.ts';

export type SwitcherCommand = keyof typeof switcherCommands;

export interface HandlerPorts {
  readonly clock: Clock;
  readonly model: SwitcherModel;
  readonly program: Program;
  readonly time: CommandTime;
  readonly airSlate?: AirSlate | undefined;
}

/** Handlers for every `switcher.*` command. */
export function switcherHandlers(ports: HandlerPorts): Handlers<SwitcherCommand> {
  const { clock, model, program, time } = ports;
  let lastTakeAt: number | null = null;

  function requireTransition(name: string): void {
    const { available } = model.get().transition;
    if (!available.includes(name)) {
      throw new StudioError(
        'notFound',
        { es: `OBS no tiene la transición «${name}».`, en: `OBS has no transition “${name}”.` },
        { context: { transition: name, transitions: available } },
      );
    }
  }

  return {
    ...sourceHandlers(ports),

    'switcher.preview': ({ scene }) =>
      time.inLane(async (obs) => {
        await program.setPreview(scene, obs);
        return { preview: scene };
      }),

    'switcher.take': (input, { actor }) =>
      time.inLane(async (obs) => {
        const seen = model.get();
        const scene = judgeTake({
          expectProgram: input.expectProgram,
          program: seen.program,
          preview: seen.preview,
          lastTakeAt,
          busyUntil: program.busyUntil(),
          mono: clock.mono(),
          now: clock.now(),
        });
        if (input.transition !== undefined) requireTransition(input.transition);
        const before = lastTakeAt;
        lastTakeAt = clock.mono();
        try {
          await program.put(
            {
              scene,
              by: actor,
              reason: '',
              transition: input.transition,
              durationMs: input.durationMs,
            },
            obs,
          );
        } catch (error) {
          lastTakeAt = before;
          throw error;
        }
        // Where OBS keeps no preview, it is kept here, and changes places as it does there.
        if (!seen.studioMode && seen.program !== scene) {
          model.change((s) => {
            s.preview = seen.program;
          });
        }
        return { program: scene };
      }),

    'switcher.cut': ({ scene, expectProgram }, { actor }) =>
      time.inLane(async (obs) => {
        const present = model.get().program;
        if (present !== expectProgram) throw programMoved(present);
        await program.put({ scene, by: actor, reason: '', cut: true, keepPreview: true }, obs);
        return { program: scene };
      }),

    'switcher.panic': ({ on = true }, { actor }) =>
      on ? panic(ports, actor) : endPanic(ports, actor),

    'switcher.studioMode': ({ enabled }) =>
      time.inLane(async (obs) => {
        const { preview, studioMode } = model.get();
        if (studioMode === enabled) return {};
        await obs.call('SetStudioModeEnabled', { studioModeEnabled: enabled });
        model.change((s) => {
          s.studioMode = enabled;
        });
        if (!enabled) return {};
        // Entering, OBS previews the program: the operator's own choice goes with them.
        if (preview !== null) await program.setPreview(preview, obs);
        else {
          const now = await obs.call('GetCurrentPreviewScene');
          model.change((s) => {
            s.preview = now.currentPreviewSceneName;
          });
        }
        return {};
      }),

    'switcher.transition': ({ name, durationMs }) =>
      time.inLane(async (obs) => {
        requireTransition(name);
        await program.chooseTransition(name, durationMs, obs);
        return {};
      }),
  };
}
