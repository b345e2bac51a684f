// The INI files a managed OBS starts with: its own settings, and the encoder's.
import type { EncoderProfile } from '../contract/profiles.ts';
import { profileParameters } from './encoder-check.ts';

type Ini = Readonly<Record<string, Readonly<Record<string, string>>>>;

function ini(sections: Ini): string {
  return Object.entries(sections)
    .map(
      ([name, values]) =>
        `[${name}]\n${Object.entries(values)
          .map(([key, value]) => `${key}=${value}\n`)
          .join('')}`,
    )
    .join('\n');
}

/** Name of the profile and the scene collection of a managed OBS. */
export const obsSetName = 'Estudio';

/** `global.ini`. Its window is hidden, so it draws no preview: that halves OBS's work without a GPU. */
export function globalIni(port: number, password: string): string {
  return ini({
    General: { FirstRun: 'true', Language: 'es-ES', EnableAutoUpdates: 'false' },
    OBSWebSocket: {
      FirstLoad: 'false',
      ServerEnabled: 'true',
      ServerPort: String(port),
      AuthRequired: 'true',
      ServerPassword: password,
      AlertsEnabled: 'false',
    },
    Basic: {
      Profile: obsSetName,
      ProfileDir: obsSetName,
      SceneCollection: obsSetName,
      SceneCollectionFile: obsSetName,
      ConfigOnNewProfile: 'false',
    },
    BasicWindow: {
      PreviewEnabled: 'false',
      PreviewProgramMode: 'false',
      // In studio mode, what an operator shows or hides must reach the air at once.
      SceneDuplicationMode: 'false',
      SwapScenesMode: 'true',
      WarnBeforeStartingStream: 'false',
      WarnBeforeStoppingStream: 'false',
    },
  });
}

/** `basic/profiles/<name>/basic.ini`: size, rate and encoder; a lost stream ends at once, and is begun again from here. */
export function profileIni(encoder: EncoderProfile): string {
  const sections: Record<string, Record<string, string>> = {
    General: { Name: obsSetName },
    Video: {
      BaseCX: String(encoder.width),
      BaseCY: String(encoder.height),
      OutputCX: String(encoder.width),
      OutputCY: String(encoder.height),
      FPSType: '1',
      FPSInt: String(encoder.fps),
    },
    Output: { Reconnect: 'false', DelayEnable: 'false' },
  };
  for (const { category, name, value } of profileParameters(encoder)) {
    sections[category] = { ...sections[category], [name]: value };
  }
  return ini(sections);
}
