// Before going on the air: exactly what will start, and whether the uplink can carry it.
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../server/contract/outputs.ts';
import { answerOf, useCommand } from '../command.ts';
import { bitrate, diskSize, megabits } from '../format/numbers.ts';
import { useOff } from '../off.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';
import { useLocale } from '../words.ts';
import { useDialogs } from './open-dialog.ts';
import { OutputIcon } from './output-icon.tsx';
import { useUplinkParts } from './uplink-bar.tsx';
import { shedPlan, uplinkFace } from './uplink-face.ts';

/** What an output will take: of the uplink, or of the disk. */
function Takes({ output }: { readonly output: Output }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  if (output.recording) {
    return <>{t('outputs.free', { size: diskSize(output.recording.freeBytes, locale) })}</>;
  }
  return <>{output.needKbps > 0 ? bitrate(output.needKbps, locale) : t('goLive.noUplink')}</>;
}

/** What does not fit, by how much, and what will happen or can be done. */
function UplinkWarning(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const dialogs = useDialogs();
  const uplink = useSlice((s) => s.uplink);
  const parts = useUplinkParts();
  const face = uplinkFace(uplink);
  const { usableKbps: usable, canMeasure } = uplink;
  const edit = (
    <Press
      className="compact"
      testId="go-live-uplink"
      onPress={() => dialogs.open({ kind: 'uplink', from: 'goLive' })}
    >
      {t(face !== 'unknown' ? 'goLive.uplink' : canMeasure ? 'goLive.measure' : 'goLive.declare')}
    </Press>
  );
  if (face === 'unknown' && uplink.needKbps > 0) {
    return (
      <p className="go-uplink">
        <span className="muted">
          {t(canMeasure ? 'goLive.unknown' : 'goLive.undeclared', {
            need: megabits(uplink.needKbps, locale),
          })}
        </span>
        {edit}
      </p>
    );
  }
  if (face !== 'short' || usable === null) return null;
  const plan = shedPlan(parts, usable);
  return (
    <div className="go-uplink go-short" role="alert" data-testid="go-live-short">
      <TriangleAlert aria-hidden className="alarm-shape" />
      <span>
        <b>
          {t('goLive.short', {
            need: megabits(uplink.needKbps, locale),
            usable: megabits(usable, locale),
            missing: megabits(uplink.needKbps - usable, locale),
          })}
        </b>
        <span>
          {uplink.shedAllowed && plan.names.length > 0
            ? t(plan.enough ? 'goLive.willShed' : 'goLive.willShedAll', {
                names: plan.names.join(', '),
              })
            : t('goLive.whatToDo')}
        </span>
      </span>
      {edit}
    </div>
  );
}

/** Which outputs will start, what goes out first, and the button that does it. */
export function GoLive({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const go = useCommand('air.goLive');
  const off = useOff();
  const outputs = useSlice((s) => s.outputs);
  const program = useSlice((s) => s.switcher.program);
  const connection = useSlice((s) => s.switcher.connection);
  const all = Object.entries(outputs);
  const starting = all.filter(([, output]) => output.withAir);
  const staying = all.filter(([, output]) => !output.withAir);
  const start = async (): Promise<void> => {
    if ((await go.send({})) !== null) onClose();
  };
  return (
    <Dialog
      title={t('goLive.title')}
      onClose={onClose}
      actions={
        <>
          <Press onPress={onClose}>{t('do.cancel')}</Press>
          <Press
            className="strong"
            testId="go-live-confirm"
            off={off}
            {...answerOf(go)}
            onPress={() => void start()}
          >
            {t('do.goLive')}
          </Press>
        </>
      }
    >
      <p>
        {connection === 'connected' && program !== null
          ? t('goLive.program', { scene: program })
          : t('goLive.noProgram')}
      </p>
      <UplinkWarning />
      {starting.length === 0 ? (
        <p className="warn">{t('goLive.noOutputs')}</p>
      ) : (
        <>
          <p>{t('goLive.starting')}</p>
          <ul className="starting">
            {starting.map(([id, output]) => (
              <li key={id}>
                <OutputIcon kind={output.kind} />
                <b>{output.name}</b>
                <span className="figure muted">
                  <Takes output={output} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {staying.length > 0 && (
        <p className="muted">
          {t('goLive.staying', { names: staying.map(([, output]) => output.name).join(', ') })}
        </p>
      )}
    </Dialog>
  );
}
