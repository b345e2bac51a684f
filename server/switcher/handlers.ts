// The switcher's commands: each answers once, within its time, with what OBS then reported.
import type { Handlers } from '../contract/commands.ts';
import { switcherCommands } from '../contract/switcher.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import type { CommandTime } from './command-time.ts';
import type { SwitcherModel } from './model.ts';
import { panic, type AirSlate } from './panic.ts';
import type { Program } from './program.ts';
import { readText, roundDb } from './read-snapshot.ts';
import { judgeTake } from './take-policy.ts';
import { noInput, noScene, programMoved } from './words.ts';

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
  const { clock, model, program } = ports;
  const { time } = ports;
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

  function requireAudio(name: string): void {
    const names = model.get().inputs.map((i) => i.name);
    if (!names.includes(name)) throw noInput(name, names);
  }

  return {
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

    'switcher.panic': (_input, { actor }) => panic(ports, actor),

    'switcher.mute': ({ input, muted }) =>
      time.beside(async (obs) => {
        requireAudio(input);
        await obs.call('SetInputMute', { inputName: input, inputMuted: muted });
        const now = await obs.call('GetInputMute', { inputName: input });
        model.change((s) => {
          for (const i of s.inputs) if (i.name === input) i.muted = now.inputMuted;
        });
        return {};
      }),

    'switcher.volume': ({ input, db }) =>
      time.beside(async (obs) => {
        requireAudio(input);
        await obs.call('SetInputVolume', { inputName: input, inputVolumeDb: db });
        const now = await obs.call('GetInputVolume', { inputName: input });
        model.change((s) => {
          for (const i of s.inputs) if (i.name === input) i.volumeDb = roundDb(now.inputVolumeDb);
        });
        return {};
      }),

    'switcher.item': ({ scene, item, enabled }) =>
      time.beside(async (obs) => {
        const state = model.get();
        const found = state.scenes.find((s) => s.name === scene);
        if (!found) {
          throw noScene(
            scene,
            state.scenes.map((s) => s.name),
          );
        }
        if (!found.items.some((i) => i.id === item)) {
          throw new StudioError(
            'notFound',
            {
              es: `La escena «${scene}» no tiene el elemento ${item}.`,
              en: `Scene “${scene}” has no item ${item}.`,
            },
            { context: { scene, item, items: found.items } },
          );
        }
        await obs.call('SetSceneItemEnabled', {
          sceneName: scene,
          sceneItemId: item,
          sceneItemEnabled: enabled,
        });
        const now = await obs.call('GetSceneItemEnabled', { sceneName: scene, sceneItemId: item });
        model.change((s) => {
          for (const i of s.scenes.find((x) => x.name === scene)?.items ?? []) {
            if (i.id === item) i.enabled = now.sceneItemEnabled;
          }
        });
        return {};
      }),

    'switcher.text': ({ input, text }) =>
      time.beside(async (obs) => {
        const names = model.get().texts.map((t) => t.name);
        if (!names.includes(input)) throw noInput(input, names);
        await obs.call('SetInputSettings', {
          inputName: input,
          inputSettings: { text },
          overlay: true,
        });
        const now = await readText(obs, input);
        model.change((s) => {
          for (const t of s.texts) if (t.name === input) t.text = now?.text ?? '';
        });
        return {};
      }),

    'switcher.caption': ({ text }) =>
      time.beside(async (obs) => {
        const { streaming } = model.get();
        if (streaming !== 'on') {
          throw new StudioError(
            'conflict',
            {
              es: 'OBS no está transmitiendo: los subtítulos viajan dentro del video.',
              en: 'OBS is not streaming: captions travel inside the video.',
            },
            { context: { present: streaming } },
          );
        }
        await obs.call('SendStreamCaption', { captionText: text });
        return {};
      }),

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
