// SUBIDA: what the building can send, who takes how much of it, and who may yield.
import { Checkbox, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, useCommand } from '../command.ts';
import { bitrate, decimal, megabits } from '../format/numbers.ts';
import { clockTime, shortDate } from '../format/times.ts';
import { useOff } from '../off.ts';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';
import { Swatch, UplinkStack, UplinkWord, useUplinkParts } from '../on-air/uplink-bar.tsx';
import { uplinkFace } from '../on-air/uplink-face.ts';
import { useLocale } from '../words.ts';
import { FormDialog, useMarks } from './form-dialog.tsx';
import { kbpsOf } from './megabits-typed.ts';

function Legend(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const parts = useUplinkParts();
  return (
    <ol className="uplink-legend">
      {parts.map((part, index) => (
        <li key={part.id}>
          <Swatch index={index} />
          <span>
            {part.name}
            {part.mayShed && <small className="muted"> {t('uplink.mayShed')}</small>}
            {part.shed && <small className="warn"> {t('outputs.shed')}</small>}
          </span>
          <span className="figure muted">{t('uplink.priority', { value: part.priority })}</span>
          <span className="figure">{bitrate(part.kbps, locale)}</span>
        </li>
      ))}
    </ol>
  );
}

function Measured(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useSlice((s) => s.station.zone);
  const { measured, measuring, canMeasure } = useSlice((s) => s.uplink);
  const onAir = useSlice((s) => s.air.order === 'live' || s.air.onAir);
  const measure = useCommand('uplink.measure');
  const role = useOff();
  const off = role ?? (onAir ? t('uplink.notOnAir') : null);
  // A hand that could never do anything is not offered; the figure below is the way.
  if (!canMeasure && measured === null && measuring === null) {
    return <p className="muted">{t('uplink.nowhereToMeasure')}</p>;
  }
  return (
    <div className="uplink-measured">
      <span>
        {measured === null
          ? t('uplink.neverMeasured')
          : t(`uplink.measured.${measured.how}`, {
              rate: bitrate(measured.kbps, locale),
              when: `${shortDate(measured.at, locale, zone)} ${clockTime(measured.at, locale, zone)}`,
            })}
      </span>
      {measuring === null ? (
        canMeasure && (
          <Press
            className="compact"
            testId="uplink-measure"
            off={off}
            {...answerOf(measure)}
            onPress={() => void measure.send({})}
          >
            {t('uplink.measure')}
          </Press>
        )
      ) : (
        <span className="measuring" role="status">
          {t('uplink.measuring', { percent: decimal(measuring * 100, 0, locale) })}
          <progress max={1} value={measuring} aria-label={t('uplink.measuringLabel')} />
        </span>
      )}
    </div>
  );
}

/** The dialog; closes itself once the server accepted. */
export function UplinkForm({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const off = useOff();
  const uplink = useSlice((s) => s.uplink);
  const set = useCommand('uplink.set');
  const mark = useMarks(set);
  const [typed, setTyped] = useState(
    uplink.declaredKbps === null ? '' : megabits(uplink.declaredKbps, locale),
  );
  const [shedAllowed, setShedAllowed] = useState(uplink.shedAllowed);
  const [unread, setUnread] = useState(false);
  const save = async (): Promise<void> => {
    const kbps = kbpsOf(typed);
    setUnread(kbps === undefined);
    if (kbps === undefined) return;
    if (await set.send({ kbps, shedAllowed })) onClose();
  };
  return (
    <FormDialog
      title={t('uplink.dialog')}
      onClose={onClose}
      control={set}
      fields={['kbps']}
      save={t('do.save')}
      saveTestId="uplink-save"
      off={off}
      onSave={save}
    >
      <div className="uplink uplink-wide">
        <UplinkWord face={uplinkFace(uplink)} />
        <span className="figure uplink-figures">
          {t('uplink.needs', { need: megabits(uplink.needKbps, locale) })}
          {uplink.usableKbps !== null && (
            <> · {t('uplink.usable', { usable: megabits(uplink.usableKbps, locale) })}</>
          )}
          {uplink.sendingKbps > 0 && (
            <> · {t('uplink.sending', { rate: megabits(uplink.sendingKbps, locale) })}</>
          )}
        </span>
        <UplinkStack />
      </div>
      <Legend />
      <Measured />
      <TextInput
        label={t('uplink.declared')}
        description={t('uplink.declaredHint')}
        data-testid="uplink-declared"
        inputMode="decimal"
        maxLength={12}
        error={unread ? t('uplink.unread') : mark('kbps')}
        value={typed}
        onChange={(event) => {
          setUnread(false);
          setTyped(event.currentTarget.value);
        }}
      />
      <Checkbox
        label={t('uplink.shedAllowed')}
        description={t('uplink.shedHint')}
        data-testid="uplink-shed"
        checked={shedAllowed}
        onChange={(event) => setShedAllowed(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
