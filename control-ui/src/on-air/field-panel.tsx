// CAMPO: the crews, what arrives from each, and which one the scene shows.
import { Plus, QrCode } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Unit, UnitFeed } from '../../../server/contract/field.ts';
import { answerOf, useCommand } from '../command.ts';
import { bitrate } from '../format/numbers.ts';
import { duration } from '../format/times.ts';
import { useOff } from '../off.ts';
import { Panel } from '../parts/panel.tsx';
import { Press } from '../parts/press.tsx';
import { ShapeMark } from '../parts/shape-mark.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { useSecond, useSlice } from '../studio.tsx';
import { useLocale, useWords } from '../words.ts';
import { useDialogs } from './open-dialog.ts';
import { Unfresh } from './unfresh.tsx';
import { streamWords, unitShape } from './unit-face.ts';

/** "Se cayó hace 0:12", "Señal baja", "En vivo"… */
function UnitWord({ unit }: { readonly unit: Pick<Unit, 'state' | 'since'> }): ReactNode {
  const { t } = useTranslation();
  const now = useSecond();
  return <>{t(`field.state.${unit.state}`, { age: duration(now - unit.since) })}</>;
}

function ShowButton({ id, feed, inScene, alone }: ShowProps): ReactNode {
  const { t } = useTranslation();
  const show = useCommand('field.show');
  const off = useOff();
  const shown = inScene === feed.id;
  return (
    <Press
      className="compact"
      testId={`show-${feed.id}`}
      off={off ?? (shown ? t('field.shownAlready') : null)}
      pressed={shown}
      {...answerOf(show)}
      onPress={() => void show.send({ id, feed: feed.id })}
    >
      {alone ? t(shown ? 'field.inScene' : 'field.show') : feed.label}
    </Press>
  );
}

interface ShowProps {
  readonly id: string;
  readonly feed: UnitFeed;
  readonly inScene: string | null;
  readonly alone: boolean;
}

/** A feed with a session can be put in the scene. */
function canShow(state: UnitFeed['state']): boolean {
  return state === 'live' || state === 'degraded' || state === 'mute';
}

function Loss({ unit }: { readonly unit: Unit }): ReactNode {
  const words = useWords();
  const loss = unit.feeds
    .map((feed) => feed.lastLoss)
    .filter((last) => last !== null)
    .toSorted((a, b) => b.at - a.at)[0];
  if (unit.state !== 'lost' || !loss) return null;
  return <span className="warn output-problem">{words(loss)}</span>;
}

/** What a feed sends that people must change, e.g. a codec that the chain cannot carry. */
function Notices({ unit }: { readonly unit: Unit }): ReactNode {
  const words = useWords();
  return unit.feeds.map(
    ({ id, label, notice }) =>
      notice && (
        <span key={id} className="warn output-problem">
          {unit.feeds.length > 1 && `${label}: `}
          {words(notice)}
        </span>
      ),
  );
}

function UnitRow({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const dialogs = useDialogs();
  const unit = useSlice((s) => s.field.units[id]);
  if (!unit) return null;
  const arriving = unit.state === 'live' || unit.state === 'degraded';
  const stream = unit.feeds.find((feed) => feed.stream !== null)?.stream ?? null;
  const feeds = unit.feeds.filter(({ id: feed, state }) => canShow(state) || feed === unit.inScene);
  const facts = [
    streamWords(stream),
    unit.feeds.length > 1 ? t('field.cameras', { count: unit.feeds.length }) : '',
    unit.links.length > 1 ? t('field.links', { count: unit.links.length }) : '',
  ].filter((fact) => fact !== '');
  return (
    <li className="unit" data-testid={`unit-${id}`} data-state={unit.state}>
      <ShapeMark shape={unitShape(unit.state)} />
      <span className="output-name">
        {unit.name}
        <small>
          <UnitWord unit={unit} />
        </small>
      </span>
      <span className="figure output-rate">
        {arriving &&
          t('field.rate', {
            rate: bitrate(unit.bitrateKbps, locale),
            expected: bitrate(unit.expectedKbps, locale),
          })}
        {arriving && facts.length > 0 && <small>{facts.join(' · ')}</small>}
      </span>
      <Sparkline of={`unit/${id}`} full={unit.expectedKbps} />
      <button
        type="button"
        className="press icon"
        aria-label={t('field.card', { name: unit.name })}
        data-testid={`card-${id}`}
        onClick={() => dialogs.open({ kind: 'unit', id })}
      >
        <QrCode aria-hidden size={18} />
      </button>
      <span className="unit-shows" data-many={unit.feeds.length > 1}>
        {feeds.length > 0 && unit.feeds.length > 1 && (
          <small className="muted">{t('field.showWhich')}</small>
        )}
        {feeds.map((feed) => (
          <ShowButton
            key={feed.id}
            id={id}
            feed={feed}
            inScene={unit.inScene}
            alone={unit.feeds.length === 1}
          />
        ))}
      </span>
      <Loss unit={unit} />
      <Notices unit={unit} />
    </li>
  );
}

/** Every unit with what it is sending. */
export function FieldPanel(): ReactNode {
  const { t } = useTranslation();
  const dialogs = useDialogs();
  const units = useSlice((s) => s.field.units);
  const connected = useSlice((s) => s.air.connected);
  const off = useOff();
  const ids = Object.keys(units);
  return (
    <Panel
      title={t('field.title')}
      className="field-panel"
      aside={
        <>
          <Unfresh />
          <Press
            className="compact plain"
            testId="add-unit"
            off={off}
            onPress={() => dialogs.open({ kind: 'addUnit' })}
          >
            <Plus aria-hidden size={16} /> {t('do.add')}
          </Press>
        </>
      }
    >
      {ids.length === 0 ? (
        <p className="empty">{t('field.none')}</p>
      ) : (
        <ul className="rows" data-unfresh={!connected}>
          {ids.map((id) => (
            <UnitRow key={id} id={id} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
