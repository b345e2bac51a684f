// The settings each kind of output has of its own.
import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  HlsSettings,
  OutputKind,
  OutputSettings,
  RadioSettings,
  RecordingSettings,
  SrtSettings,
} from '../../../server/contract/outputs.ts';
import { decimal, seconds } from '../format/numbers.ts';
import { duration } from '../format/times.ts';
import { useLocale } from '../words.ts';
import { Choice } from './choice.tsx';
import type { Mark } from './form-dialog.tsx';
import { shownSettings } from './kind-settings.ts';
import { VerticalFields } from './vertical-fields.tsx';

interface FieldsProps<S> {
  readonly settings: S;
  readonly mark: Mark;
  readonly onChange: (change: Partial<S>) => void;
}

function Radio({ settings, mark, onChange }: FieldsProps<RadioSettings>): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <>
      <Choice
        label={t('outputForm.lowpass')}
        values={[4500, 5000, 5500, 6000, 7000, 8000, 9000, 10_000]}
        error={mark('settings.lowpassHz')}
        value={settings.lowpassHz}
        say={(hz) => t('outputForm.hertz', { value: decimal(hz, 0, locale) })}
        onChange={(lowpassHz) => onChange({ lowpassHz })}
      />
      <Choice
        label={t('outputForm.rate')}
        values={[32, 48, 64, 96, 128, 160, 192]}
        error={mark('settings.bitrateKbps')}
        value={settings.bitrateKbps}
        say={(kbps) => t('outputForm.kilobits', { value: decimal(kbps, 0, locale) })}
        onChange={(bitrateKbps) => onChange({ bitrateKbps })}
      />
    </>
  );
}

function Srt({ settings, mark, onChange }: FieldsProps<SrtSettings>): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <>
      <TextInput
        label={t('outputForm.streamId')}
        description={t('outputForm.streamIdHint')}
        data-testid="output-stream-id"
        maxLength={512}
        spellCheck={false}
        error={mark('settings.streamId')}
        value={settings.streamId ?? ''}
        onChange={(event) => {
          const streamId = event.currentTarget.value.trim();
          onChange({ streamId: streamId === '' ? null : streamId });
        }}
      />
      <Choice
        label={t('outputForm.latency')}
        description={t('outputForm.latencyHint')}
        testId="output-latency"
        values={[120, 250, 500, 1000, 2000, 4000, 8000]}
        error={mark('settings.latencyMs')}
        value={settings.latencyMs}
        say={(ms) => seconds(ms, locale)}
        onChange={(latencyMs) => onChange({ latencyMs })}
      />
    </>
  );
}

function Recording({ settings, mark, onChange }: FieldsProps<RecordingSettings>): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <>
      <Choice
        label={t('outputForm.fileMinutes')}
        description={t('outputForm.fileHint')}
        testId="output-file-minutes"
        values={[5, 10, 15, 30, 60, 120, 240]}
        error={mark('settings.fileMinutes')}
        value={settings.fileMinutes}
        say={(minutes) => t('outputForm.minutes', { count: minutes })}
        onChange={(fileMinutes) => onChange({ fileMinutes })}
      />
      <Choice
        label={t('outputForm.minFree')}
        description={t('outputForm.minFreeHint')}
        testId="output-min-free"
        values={[1, 2, 5, 10, 20, 50, 100]}
        error={mark('settings.minFreeGb')}
        value={settings.minFreeGb}
        say={(gb) =>
          t('outputForm.gigabytes', { value: decimal(gb, Number.isInteger(gb) ? 0 : 2, locale) })
        }
        onChange={(minFreeGb) => onChange({ minFreeGb })}
      />
    </>
  );
}

/** Parts that a player keeps ready before it shows a picture. */
const partsBehind = 3;

function Hls({ settings, mark, onChange }: FieldsProps<HlsSettings>): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <>
      <Choice
        label={t('outputForm.delay')}
        description={t('outputForm.delayHint')}
        testId="output-part"
        values={[333, 500, 1000, 2000]}
        error={mark('settings.partMs')}
        value={settings.partMs}
        say={(ms) => t('outputForm.about', { time: seconds(ms * partsBehind, locale) })}
        onChange={(partMs) => onChange({ partMs })}
      />
      <Choice
        label={t('outputForm.window')}
        testId="output-window"
        values={[12, 30, 60, 120, 300, 600]}
        error={mark('settings.windowSeconds')}
        value={settings.windowSeconds}
        say={(s) => duration(s * 1000)}
        onChange={(windowSeconds) => onChange({ windowSeconds })}
      />
    </>
  );
}

interface KindSettingsProps {
  readonly kind: OutputKind;
  /** What somebody changed, what the output has, what its profile says: the first wins. */
  readonly layers: readonly (OutputSettings | null | undefined)[];
  readonly mark: Mark;
  readonly onChange: (change: OutputSettings) => void;
}

/** Nothing for a kind without settings. */
export function KindSettings({ kind, layers, ...rest }: KindSettingsProps): ReactNode {
  switch (kind) {
    case 'rtmp':
      return null;
    case 'srt':
      return <Srt settings={shownSettings(kind, ...layers)} {...rest} />;
    case 'vertical':
      return <VerticalFields settings={shownSettings(kind, ...layers)} {...rest} />;
    case 'recording':
      return <Recording settings={shownSettings(kind, ...layers)} {...rest} />;
    case 'hls':
      return <Hls settings={shownSettings(kind, ...layers)} {...rest} />;
    case 'icecast':
      return <Radio settings={shownSettings(kind, ...layers)} {...rest} />;
    default:
      return kind satisfies never;
  }
}
