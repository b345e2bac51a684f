// The two pictures: what comes next in green, what goes out in red.
import { Volume2, VolumeX } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { bitrate, decimal } from '../format/numbers.ts';
import { duration } from '../format/times.ts';
import { useSecond, useSlice } from '../studio.tsx';
import { useActor, useLocale, useWords } from '../words.ts';
import { useProgramPlayer } from './program-player.ts';
import { SceneThumbnail } from './thumbnail.tsx';

/** What covers a monitor while OBS does not answer. */
function ObsAway(): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const connection = useSlice((s) => s.switcher.connection);
  const problem = useSlice((s) => s.switcher.problem);
  if (connection === 'connected') return null;
  return (
    <div className="picture-cover" role="status">
      <b>{t(`obs.${connection}`)}</b>
      {problem && <span>{words(problem)}</span>}
    </div>
  );
}

/** What the scene in preview will show. */
function PreviewFacts(): ReactNode {
  const preview = useSlice((s) => s.switcher.preview);
  const scenes = useSlice((s) => s.switcher.scenes);
  const items = scenes.find(({ name }) => name === preview)?.items ?? [];
  const shown = items.filter(({ enabled }) => enabled).map(({ source }) => source);
  return <span className="facts">{shown.join(' · ')}</span>;
}

/** PREVIO. */
export function PreviewMonitor(): ReactNode {
  const { t } = useTranslation();
  const preview = useSlice((s) => s.switcher.preview);
  const connection = useSlice((s) => s.switcher.connection);
  const live = connection === 'connected' && preview !== null;
  return (
    <section className="monitor" data-tally={live ? 'preview' : 'none'} aria-label={t('preview')}>
      <header className="monitor-head">
        <h2>{t('preview')}</h2>
        <span className="scene-name" data-testid="preview-name">
          {preview ?? t('none')}
        </span>
      </header>
      <div className="picture">
        {preview !== null && (
          <SceneThumbnail
            key={preview}
            scene={preview}
            label={t('picture.preview', { scene: preview })}
          />
        )}
        <ObsAway />
      </div>
      <footer className="monitor-foot">
        <PreviewFacts />
      </footer>
    </section>
  );
}

function ProgramPicture({ small }: { readonly small: boolean }): ReactNode {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [muted, setMuted] = useState(true);
  const program = useSlice((s) => s.switcher.program);
  const source = useSlice((s) => s.air.source);
  const connected = useSlice((s) => s.air.connected);
  const connection = useSlice((s) => s.switcher.connection);
  const sending = connected && source !== 'off';
  const player = useProgramPlayer(video, sending);
  const playing = player === 'playing' || player === 'stalled';
  const band = [
    connection === 'connected' ? null : t(`obs.${connection}`),
    source === 'slate' ? t('picture.slate') : null,
  ]
    .filter((words) => words !== null)
    .join(' · ');
  const picture = (
    <div className="picture" data-source={source}>
      {program !== null && !playing && (
        <SceneThumbnail
          key={program}
          scene={program}
          label={t('picture.program', { scene: program })}
        />
      )}
      <video
        ref={video}
        muted={muted}
        playsInline
        disablePictureInPicture
        data-state={player}
        aria-label={t('picture.sent')}
      />
      {player === 'stalled' && <span className="picture-age">{t('picture.stalled')}</span>}
      {sending && band !== '' && <span className="picture-band">{band}</span>}
      {!sending && <ObsAway />}
    </div>
  );
  if (small) return picture;
  return (
    <>
      {picture}
      <footer className="monitor-foot">
        <ProgramFacts />
        {playing && (
          <button type="button" className="press compact" onClick={() => setMuted(!muted)}>
            {muted ? <VolumeX aria-hidden size={18} /> : <Volume2 aria-hidden size={18} />}
            {t(muted ? 'do.listen' : 'do.silence')}
          </button>
        )}
      </footer>
    </>
  );
}

function ProgramFacts(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const actor = useActor();
  const now = useSecond();
  const facts = useSlice((s) => s.air.program);
  const by = useSlice((s) => s.switcher.programBy);
  const since = useSlice((s) => s.switcher.programSince);
  const words = useWords();
  const warning = useSlice((s) => s.switcher.encoder.warning);
  const parts = [
    since === null ? null : t('program.since', { age: duration(now - since) }),
    by === null ? null : t('program.by', { by: actor(by) }),
    facts?.width && facts.height ? `${facts.width}×${facts.height}` : null,
    facts?.fps ? t('program.fps', { fps: decimal(facts.fps, 0, locale) }) : null,
    facts ? bitrate(facts.bitrateKbps, locale) : null,
  ].filter((part) => part !== null);
  return (
    <span className="facts">
      {parts.join(' · ')}
      {warning && <span className="warn"> {words(warning)}</span>}
    </span>
  );
}

/** PROGRAMA; `small` on the phone, without facts or sound. */
export function ProgramMonitor({ small = false }: { readonly small?: boolean }): ReactNode {
  const { t } = useTranslation();
  const program = useSlice((s) => s.switcher.program);
  const onAir = useSlice((s) => s.air.onAir);
  return (
    <section
      className="monitor"
      data-tally={onAir ? 'program' : 'none'}
      aria-label={t('program.title')}
    >
      <header className="monitor-head">
        <h2>{t('program.title')}</h2>
        <span className="scene-name" data-testid="program-name">
          {program ?? t('none')}
        </span>
      </header>
      <ProgramPicture small={small} />
    </section>
  );
}
