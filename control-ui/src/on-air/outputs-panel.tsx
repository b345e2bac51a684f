// SALIDAS: does everybody receive it?
import { Pencil, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../server/contract/outputs.ts';
import { useCommand } from '../command.ts';
import { bitrate, decimal } from '../format/numbers.ts';
import { airClock, countdown } from '../format/times.ts';
import { useOff } from '../off.ts';
import { Hold } from '../parts/hold.tsx';
import { Panel } from '../parts/panel.tsx';
import { Press } from '../parts/press.tsx';
import { ShapeMark } from '../parts/shape-mark.tsx';
import { useSecond, useSlice } from '../studio.tsx';
import { useLocale, useWords } from '../words.ts';
import { useDialogs } from './open-dialog.ts';
import { outputShape, uploadKbps } from './output-face.ts';
import { Unfresh } from './unfresh.tsx';

function StartStop({ id, output }: { readonly id: string; output: Output }): ReactNode {
  const { t } = useTranslation();
  const dialogs = useDialogs();
  const start = useCommand('output.start');
  const stop = useCommand('output.stop');
  const off = useOff();
  if (output.order === 'stop' && output.state !== 'stopping') {
    return (
      <Press
        className="compact"
        testId={`start-${id}`}
        label={t('outputs.start', { name: output.name })}
        off={off}
        pending={start.pending}
        problem={start.problem}
        onDismiss={start.dismiss}
        onPress={() => void start.send({ id })}
      >
        {t('do.start')}
      </Press>
    );
  }
  return (
    <Hold
      className="compact"
      testId={`stop-${id}`}
      label={t('outputs.stop', { name: output.name })}
      off={off}
      pending={stop.pending}
      problem={stop.problem}
      onDismiss={stop.dismiss}
      onHeld={() => void stop.send({ id })}
      onBrief={() => dialogs.open({ kind: 'stopOutput', id })}
    >
      {t('do.stop')}
    </Hold>
  );
}

function Elapsed({ since }: { readonly since: number }): ReactNode {
  const now = useSecond();
  return <>{airClock(now - since)}</>;
}

function RetryIn({ at }: { readonly at: number }): ReactNode {
  const { t } = useTranslation();
  const now = useSecond();
  return <b>{t('outputs.retry', { time: countdown(Math.max(0, at - now)) })}</b>;
}

function Trouble({ output }: { readonly output: Output }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const locale = useLocale();
  const silent = output.silentSeconds ?? 0;
  return (
    <>
      {output.problem && output.state !== 'idle' && (
        <span className="warn output-problem" title={output.problem.detail}>
          {words(output.problem)}{' '}
          {output.nextRetryAt !== null && <RetryIn at={output.nextRetryAt} />}
        </span>
      )}
      {output.droppedFrames > 0 && output.state === 'live' && (
        <span className="muted output-problem">
          {t('outputs.dropped', { frames: decimal(output.droppedFrames, 0, locale) })}
        </span>
      )}
      {silent >= 3 && (
        <span className="warn output-problem">
          {t('outputs.silent', { seconds: decimal(silent, 0, locale) })}
        </span>
      )}
    </>
  );
}

function OutputRow({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const dialogs = useDialogs();
  const output = useSlice((s) => s.outputs[id]);
  if (!output) return null;
  const shape = outputShape(output);
  const live = output.state === 'live';
  return (
    <li className="output" data-testid={`output-${id}`} data-state={output.state}>
      <ShapeMark shape={shape} />
      <span className="output-name">
        {output.name}
        <small>
          {t(`outputs.state.${output.state}`)}
          {!output.withAir && ` · ${t('outputs.alone')}`}
        </small>
      </span>
      <span className="figure output-rate">
        {live ? bitrate(output.bitrateKbps, locale) : ''}
        {live && output.loudnessLufs !== null && (
          <small>{t('outputs.lufs', { lufs: decimal(output.loudnessLufs, 0, locale) })}</small>
        )}
      </span>
      <span className="figure output-time">
        {output.liveSince !== null && <Elapsed since={output.liveSince} />}
      </span>
      <button
        type="button"
        className="press icon"
        aria-label={t('outputs.edit', { name: output.name })}
        onClick={() => dialogs.open({ kind: 'output', id })}
      >
        <Pencil aria-hidden size={16} />
      </button>
      <StartStop id={id} output={output} />
      <Trouble output={output} />
    </li>
  );
}

function Upload(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const outputs = useSlice((s) => s.outputs);
  const total = uploadKbps(outputs);
  if (total === 0) return null;
  return (
    <span className="figure muted">{t('outputs.upload', { rate: bitrate(total, locale) })}</span>
  );
}

/** Every output with what it is doing. */
export function OutputsPanel(): ReactNode {
  const { t } = useTranslation();
  const dialogs = useDialogs();
  const outputs = useSlice((s) => s.outputs);
  const connected = useSlice((s) => s.air.connected);
  const off = useOff();
  const ids = Object.keys(outputs);
  const add = (
    <Press
      className="compact plain"
      testId="add-output"
      off={off}
      onPress={() => dialogs.open({ kind: 'addOutput' })}
    >
      <Plus aria-hidden size={16} /> {t('do.add')}
    </Press>
  );
  return (
    <Panel
      title={t('outputs.title')}
      className="outputs-panel"
      aside={
        <>
          <Unfresh />
          <Upload />
          {add}
        </>
      }
    >
      {ids.length === 0 ? (
        <p className="empty">{t('outputs.none')}</p>
      ) : (
        <ul className="rows" data-unfresh={!connected}>
          {ids.map((id) => (
            <OutputRow key={id} id={id} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
