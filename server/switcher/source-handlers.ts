// Commands about what is in the scenes: sound, items, words, captions. None of them moves the program.
import type { Handlers } from '../contract/commands.ts';
import type { switcherCommands } from '../contract/switcher.ts';
import { StudioError } from '../core/errors.ts';
import type { CommandTime } from './command-time.ts';
import type { SwitcherModel } from './model.ts';
import { readText, roundDb } from './read-snapshot.ts';
import { noInput, noScene } from './words.ts';

export type SourceCommand = Extract<
  keyof typeof switcherCommands,
  `switcher.${'mute' | 'volume' | 'item' | 'text' | 'caption'}`
>;

/** Their handlers; each resolves with what OBS reported. */
export function sourceHandlers(ports: {
  readonly model: SwitcherModel;
  readonly time: CommandTime;
}): Handlers<SourceCommand> {
  const { model, time } = ports;

  function requireAudio(name: string): void {
    const names = model.get().inputs.map((i) => i.name);
    if (!names.includes(name)) throw noInput(name, names);
  }

  return {
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
  };
}
