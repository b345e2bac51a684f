// One output: what it is, whether it receives, and the hands to start, stop and change it.
import { ExternalLink, Pencil } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../server/contract/outputs.ts';
import { bitrate, decimal, diskSize } from '../format/numbers.ts';
import { airClock, roughDuration } from '../format/times.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { ShapeMark } from '../parts/shape-mark.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { useSecond, useSlice } from '../studio.tsx';
import { useLocale } from '../words.ts';
import { useDialogs } from './open-dialog.ts';
import { outputFacts, outputShape, type OutputFact } from './output-face.ts';
import { OutputHands } from './output-hands.tsx';
import { OutputIcon } from './output-icon.tsx';
import { OutputTrouble } from './output-trouble.tsx';

function Elapsed({ since }: { readonly since: number }): ReactNode {
  const now = useSecond();
  return <>{airClock(now - since)}</>;
}

function useFactWords(): (fact: OutputFact, output: Output) => string {
  const { t } = useTranslation();
  const locale = useLocale();
  return (fact, output) => {
    switch (fact.say) {
      case 'state':
        return output.state === 'live'
          ? t(`outputs.liveAs.${output.kind}`)
          : t(`outputs.state.${output.state}`);
      case 'free':
        return t('outputs.free', { size: diskSize(fact.bytes, locale) });
      case 'left':
        return t('outputs.left', { time: roughDuration(fact.seconds) });
      case 'lufs':
        return t('health.lufs', { value: decimal(fact.lufs, 0, locale) });
      case 'cpu':
        return t('outputs.cpu', { percent: decimal(fact.percent, 0, locale) });
      default:
        return t(`outputs.${fact.say}`);
    }
  };
}

/** Where people watch the web player: the page of this same server. */
function Watch({ output }: { readonly output: Output }): ReactNode {
  const { t } = useTranslation();
  if (output.kind !== 'hls') return null;
  const address = new URL('/en-vivo', location.href).href;
  return (
    <span className="watch">
      <a href={address} target="_blank" rel="noreferrer" data-testid="open-web-player">
        {t('outputs.watch')} <ExternalLink aria-hidden size={14} />
      </a>
      <CopyButton value={address} />
    </span>
  );
}

/** What it does now, in the words of its facts. */
function Facts({ output, onAir }: FactsProps): ReactNode {
  const say = useFactWords();
  return (
    <span>
      {outputFacts(output, onAir).map((fact, index) => (
        <Fragment key={fact.say}>
          {index > 0 && ' · '}
          {fact.say === 'frozen' ? <b className="warn">{say(fact, output)}</b> : say(fact, output)}
        </Fragment>
      ))}
    </span>
  );
}

interface FactsProps {
  readonly output: Output;
  /** The air is ordered live. */
  readonly onAir: boolean;
}

/** The row; its recording's file and its problem on hover or below. */
export function OutputRow({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const dialogs = useDialogs();
  const onAir = useSlice((s) => s.air.order === 'live');
  const output = useSlice((s) => s.outputs[id]);
  if (!output) return null;
  const live = output.state === 'live';
  const { recording } = output;
  const file = recording?.file ? [recording.folder, recording.file].join('/') : undefined;
  return (
    <li
      className="output"
      data-testid={`output-${id}`}
      data-state={output.state}
      data-kind={output.kind}
      data-shed={output.shed}
    >
      <ShapeMark shape={outputShape(output)} />
      <OutputIcon kind={output.kind} />
      <span className="output-name">{output.name}</span>
      <span className="output-facts" title={file}>
        <Facts output={output} onAir={onAir} />
        <Watch output={output} />
      </span>
      <Sparkline of={`output/${id}`} full={output.needKbps} />
      <span className="figure output-rate">{live ? bitrate(output.bitrateKbps, locale) : ''}</span>
      <span className="figure output-time">
        {output.liveSince !== null && <Elapsed since={output.liveSince} />}
      </span>
      <button
        type="button"
        className="press icon"
        aria-label={t('outputs.edit', { name: output.name })}
        data-testid={`edit-${id}`}
        onClick={() => dialogs.open({ kind: 'output', id })}
      >
        <Pencil aria-hidden size={16} />
      </button>
      <OutputHands id={id} output={output} onAir={onAir} />
      <OutputTrouble id={id} output={output} />
    </li>
  );
}
