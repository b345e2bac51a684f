// PROGRAMA: the picture as sent, what it is, how loud it is, and what is wrong with it.
import { Volume2, VolumeX } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { bitrate, decimal, seconds } from '../format/numbers.ts';
import { duration } from '../format/times.ts';
import { useSecond, useSlice, useStudio } from '../studio.tsx';
import { useActor, useLocale, useWords } from '../words.ts';
import { useCover } from './continuity.tsx';
import { HealthFlags } from './health-flags.tsx';
import { Loudness } from './loudness.tsx';
import { ObsAway } from './obs-away.tsx';
import { behindBeforeAir, lateMs } from './program-lag.ts';
import { useProgramPlayer } from './program-player.ts';
import { SlateControl } from './slate-control.tsx';
import { useSlateFace } from './switching.tsx';
import { SceneThumbnail } from './thumbnail.tsx';

/** Why the picture is not OBS's program, in one line; empty while it is. */
function useBand(): string {
  const { t } = useTranslation();
  const actor = useActor();
  const cover = useCover();
  const feeding = useSlice((s) => s.air.feeding);
  const forced = useSlice((s) => s.air.forced);
  const connection = useSlice((s) => s.switcher.connection);
  const slate = useSlateFace();
  if (forced && feeding === 'slate') return t('picture.forced', { by: actor(forced.by) });
  if (slate?.whose === 'obs' && feeding === 'program') {
    return t('picture.forced', { by: actor(slate.by) });
  }
  const obs = connection === 'connected' ? null : t(`obs.${connection}`);
  const name = cover.standIn?.name ?? t('backup.name');
  const out =
    feeding === 'slate'
      ? t('picture.slate')
      : feeding === 'bypass'
        ? t('picture.bypass', { name })
        : null;
  // OBS is there and still no picture comes: then that is the reason.
  const why = obs ?? (out === null ? null : t('picture.noProgram'));
  return [out, why].filter((words) => words !== null).join(' · ');
}

function Facts(): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const actor = useActor();
  const words = useWords();
  const now = useSecond();
  const facts = useSlice((s) => s.air.program);
  const by = useSlice((s) => s.switcher.programBy);
  const since = useSlice((s) => s.switcher.programSince);
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

/** In place of the picture as sent while none is here: OBS's own view of it, or in words what goes out instead. */
function StandIn({ sending }: { readonly sending: boolean }): ReactNode {
  const { t } = useTranslation();
  const cover = useCover();
  const slateText = useSlice((s) => s.station.slateText);
  const program = useSlice((s) => s.switcher.program);
  const feeding = useSlice((s) => s.air.feeding);
  // A picture that does not go out is no stand-in for one that does.
  if (sending && feeding !== 'program') {
    if (feeding === 'off') return null;
    const bypass = t('picture.bypass', { name: cover.standIn?.name ?? t('backup.name') });
    return (
      <p className="picture-note picture-card" data-testid="picture-card">
        {feeding === 'slate' ? slateText : bypass}
      </p>
    );
  }
  if (program === null) return null;
  const label = t('picture.program', { scene: program });
  return (
    <>
      <SceneThumbnail key={program} scene={program} label={label} />
      {sending && <span className="picture-mark">{t('picture.obsView')}</span>}
    </>
  );
}

function Picture({ small }: { readonly small: boolean }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const video = useRef<HTMLVideoElement>(null);
  const [muted, setMuted] = useState(true);
  const source = useSlice((s) => s.air.source);
  const connected = useSlice((s) => s.air.connected);
  const obsAway = useSlice((s) => s.switcher.connection !== 'connected');
  const forced = useSlice((s) => s.air.forced !== null);
  /** Air is not heard: nobody knows what goes out. */
  const unsure = useSlice((s) => !s.air.connected && s.air.onAir);
  const sending = connected && source !== 'off';
  const { state: player, lagMs } = useProgramPlayer(video, sending, useStudio().link.clock.now);
  const behind = useSlice((s) => behindBeforeAir(s.air));
  const ageMs = lagMs === null ? null : lagMs + behind;
  const playing = player === 'playing' || player === 'stalled';
  const band = useBand();
  const late =
    playing && ageMs !== null && ageMs > lateMs
      ? t('picture.late', { seconds: decimal(Math.floor(ageMs / 1000), 0, locale) })
      : null;
  const picture = (
    <div className="picture" data-source={source} data-unfresh={unsure}>
      {!playing && <StandIn sending={sending} />}
      <video
        ref={video}
        muted={muted}
        playsInline
        disablePictureInPicture
        data-state={player}
        aria-label={t('picture.sent')}
      />
      {player === 'stalled' && <span className="picture-age">{t('picture.stalled')}</span>}
      {player !== 'stalled' && small && late !== null && (
        <span className="picture-age">{late}</span>
      )}
      {sending && band !== '' && (
        <div className="picture-band" data-testid="picture-band">
          <span>{band}</span>
          {obsAway && !forced && !small && <SlateControl testId="slate-on" className="compact" />}
        </div>
      )}
      {sending && <HealthFlags />}
      {!sending && (unsure ? <p className="picture-band">{t('picture.unsure')}</p> : <ObsAway />)}
    </div>
  );
  if (small) return picture;
  return (
    <>
      {picture}
      <footer className="monitor-foot" data-unfresh={unsure}>
        <div className="monitor-line">
          <Facts />
          {playing && ageMs !== null && (
            <span
              className={late === null ? 'figure lag' : 'figure lag warn'}
              title={t('picture.lag')}
              data-testid="monitor-lag"
            >
              {late ?? `−${seconds(ageMs, locale)}`}
            </span>
          )}
          {playing && (
            <button type="button" className="press compact" onClick={() => setMuted(!muted)}>
              {muted ? <VolumeX aria-hidden size={18} /> : <Volume2 aria-hidden size={18} />}
              {t(muted ? 'do.listen' : 'do.silence')}
            </button>
          )}
        </div>
        <Loudness />
      </footer>
    </>
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
      <Picture small={small} />
    </section>
  );
}
