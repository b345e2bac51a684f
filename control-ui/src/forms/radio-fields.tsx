// The two settings of a radio output.
import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RadioSettings } from '../../../server/contract/outputs.ts';
import { decimal } from '../format/numbers.ts';
import { useLocale } from '../words.ts';

const cutoffs = [4500, 5000, 5500, 6000, 7000, 8000, 9000, 10_000];
const bitrates = [32, 48, 64, 96, 128, 160, 192];

const withOwn = (choices: readonly number[], own: number): number[] =>
  choices.includes(own) ? [...choices] : [...choices, own].toSorted((a, b) => a - b);

interface RadioFieldsProps {
  /** Null for an output that is not radio: nothing is shown. */
  readonly settings: RadioSettings | null;
  readonly onChange: (settings: RadioSettings) => void;
}

/** Low-pass and bitrate. */
export function RadioFields({ settings, onChange }: RadioFieldsProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  if (settings === null) return null;
  const options = (values: readonly number[]) =>
    values.map((value) => ({ value: String(value), label: decimal(value, 0, locale) }));
  return (
    <>
      <NativeSelect
        label={t('outputForm.lowpass')}
        data={options(withOwn(cutoffs, settings.lowpassHz))}
        value={String(settings.lowpassHz)}
        onChange={(event) =>
          onChange({ ...settings, lowpassHz: Number(event.currentTarget.value) })
        }
      />
      <NativeSelect
        label={t('outputForm.rate')}
        data={options(withOwn(bitrates, settings.bitrateKbps))}
        value={String(settings.bitrateKbps)}
        onChange={(event) =>
          onChange({ ...settings, bitrateKbps: Number(event.currentTarget.value) })
        }
      />
    </>
  );
}
