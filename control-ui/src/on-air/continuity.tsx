// The status bar's answer to "and if OBS is lost?"; while something else goes out, what and since when.
import { ShieldAlert, ShieldCheck, TriangleAlert } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AirState } from '../../../server/contract/air.ts';
import { duration } from '../format/times.ts';
import { useSecond, useSlice } from '../studio.tsx';
import { useActor } from '../words.ts';
import { coverIsMissing, coverOf, waitFace, type Cover } from './cover.ts';
import { useDialogs } from './open-dialog.ts';
import { SlateControl } from './slate-control.tsx';

/** Words for a cover: a stand-in by name, the slate by its kind, or nothing. */
export function useCoverWords(): (cover: Cover) => string {
  const { t } = useTranslation();
  return ({ by, standIn, slate }) => {
    if (by === 'nothing') return t('slate.kind.none');
    if (by === 'slate') return t(`slate.kind.${slate}`);
    return standIn?.name ?? t('backup.name');
  };
}

/** What would go out if OBS were lost. */
export function useCover(): Cover {
  const air = useSlice((s) => s.air);
  const units = useSlice((s) => s.field.units);
  return coverOf(air, units);
}

function Since({ at }: { readonly at: number | null }): ReactNode {
  const now = useSecond();
  return at === null ? null : <span className="figure"> · {duration(now - at)}</span>;
}

/** CORTINILLA PUESTA por Ana, with the way back. */
function Forced({ forced }: { readonly forced: NonNullable<AirState['forced']> }): ReactNode {
  const { t } = useTranslation();
  const actor = useActor();
  const dialogs = useDialogs();
  return (
    <div className="continuity continuity-forced" data-testid="slate-forced">
      <TriangleAlert aria-hidden className="continuity-shape" />
      <button
        type="button"
        className="continuity-words"
        onClick={() => dialogs.open({ kind: 'continuity' })}
      >
        <b>{t('slate.forced')}</b>
        <small>
          {t('slate.by', { by: actor(forced.by) })}
          <Since at={forced.since} />
        </small>
      </button>
      <SlateControl testId="slate-off" />
    </div>
  );
}

/** Preparando la cortinilla… 4 s. */
function Preparing({ until }: { readonly until: number }): ReactNode {
  const { t } = useTranslation();
  const now = useSecond();
  const [first] = useState(until - now);
  const { seconds, share } = waitFace(until, now, first);
  return (
    <div className="continuity" data-testid="preparing" role="status">
      <span className="continuity-words">
        <b className="figure">{t('slate.preparing', { seconds })}</b>
        <progress max={1} value={share} aria-label={t('slate.preparingLabel')} />
      </span>
    </div>
  );
}

/** The cover, as a button that opens everything about it. */
export function CoverButton(): ReactNode {
  const { t } = useTranslation();
  const dialogs = useDialogs();
  const words = useCoverWords();
  const cover = useCover();
  const feeding = useSlice((s) => s.air.feeding);
  const sourceSince = useSlice((s) => s.air.sourceSince);
  const now = feeding === 'slate' || feeding === 'bypass';
  const away = coverIsMissing(cover);
  const bad = cover.by === 'nothing' || (away && !now);
  // What goes out now is a fact: a stand-in that has just come back does not go out yet.
  const said: Cover = feeding === 'slate' ? { ...cover, by: 'slate' } : cover;
  return (
    <button
      type="button"
      className="press plain continuity"
      data-testid="continuity"
      data-cover={cover.by}
      title={t(away ? 'cover.away' : `slate.why.${cover.slate}`)}
      onClick={() => dialogs.open({ kind: 'continuity' })}
    >
      {bad ? (
        <ShieldAlert aria-hidden className="continuity-shape warn" />
      ) : (
        <ShieldCheck aria-hidden className="continuity-shape" />
      )}
      <span className="continuity-words">
        <small>
          {now
            ? t('cover.now')
            : away
              ? t('cover.without', { name: cover.standIn?.name ?? '' })
              : t('cover.onLoss')}
          {feeding === 'slate' && <Since at={sourceSince} />}
        </small>
        <b className={bad ? 'warn' : ''}>{words(said)}</b>
      </span>
    </button>
  );
}

/** One place with three faces. */
export function Continuity(): ReactNode {
  const forced = useSlice((s) => s.air.forced);
  const preparing = useSlice((s) => s.air.preparing);
  if (forced) return <Forced forced={forced} />;
  if (preparing) return <Preparing key={preparing.until} until={preparing.until} />;
  return <CoverButton />;
}
