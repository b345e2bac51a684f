// The switcher's controls, shared by the deck, the scene buttons and the keyboard: one in flight at a time.
import { createContext, useContext, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand, type Control } from '../command.ts';
import { useOff, useSwitcherOff } from '../off.ts';
import { useSlice } from '../studio.tsx';
import { slateFace, type SlateFace } from './slate-face.ts';

export interface Switching {
  readonly preview: Control<'switcher.preview'>;
  readonly take: Control<'switcher.take'>;
  readonly cut: Control<'switcher.cut'>;
  readonly panic: Control<'switcher.panic'>;
  /** Why a scene cannot be put in preview, the preview not taken, the slate not shown; null when it can. */
  readonly offPreview: string | null;
  readonly offTake: string | null;
  readonly offPanic: string | null;
  /** Whose slate YA REGRESAMOS puts on now: the scene of OBS, or air's own. */
  readonly panicBy: 'obs' | 'air';
  /** «Ya regresamos» on by hand; null while it is not. */
  readonly slate: SlateFace | null;
  readonly doPreview: (scene: string) => void;
  /** Both carry the program the operator sees at the press. */
  readonly doTake: () => void;
  readonly doCut: () => void;
  readonly doPanic: () => void;
  /** Takes «Ya regresamos» off; not within a second of its going on: a double press is one. */
  readonly doSlateOff: () => void;
}

const Context = createContext<Switching | null>(null);

/** The shortest time for which «Ya regresamos» is on, ms. */
const slateSpanMs = 1000;

/** What is on by hand. */
export function useSlateFace(): SlateFace | null {
  const forced = useSlice((s) => s.air.forced);
  const connection = useSlice((s) => s.switcher.connection);
  const program = useSlice((s) => s.switcher.program);
  const programBy = useSlice((s) => s.switcher.programBy);
  const slateScene = useSlice((s) => s.switcher.slateScene);
  const beforeSlate = useSlice((s) => s.switcher.beforeSlate);
  const scenes = useSlice((s) => s.switcher.scenes);
  return useMemo(() => {
    const switcher = { connection, program, programBy, slateScene, beforeSlate, scenes };
    return slateFace({ forced }, switcher);
  }, [forced, connection, program, programBy, slateScene, beforeSlate, scenes]);
}

/** Makes the controls once for the page. */
export function SwitchingProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const seenProgram = useSlice((s) => s.switcher.program);
  const seenPreview = useSlice((s) => s.switcher.preview);
  const slateScene = useSlice((s) => s.switcher.slateScene);
  const obsHere = useSlice((s) => s.switcher.connection === 'connected');
  const airHere = useSlice((s) => s.air.connected);
  const off = useSwitcherOff();
  const role = useOff();
  const preview = useCommand('switcher.preview');
  const take = useCommand('switcher.take');
  const cut = useCommand('switcher.cut');
  const panic = useCommand('switcher.panic');
  const slate = useSlateFace();
  const slateOn = slate !== null;
  const slateSince = useRef(0);
  useEffect(() => {
    if (slateOn) slateSince.current = performance.now();
  }, [slateOn]);

  const switching = useMemo((): Switching => {
    const offTake =
      off ?? (seenPreview === null || seenProgram === null ? t('off.noPreview') : null);
    const panicBy = obsHere && slateScene !== null ? 'obs' : 'air';
    const offPanic = role ?? (panicBy === 'air' && !airHere ? t('off.noSlate') : null);
    return {
      preview,
      take,
      cut,
      panic,
      offPreview: off,
      offTake,
      offPanic,
      panicBy,
      slate,
      doPreview(scene) {
        if (off === null) void preview.send({ scene });
      },
      doTake() {
        if (offTake === null && seenProgram !== null && !cut.pending) {
          void take.send({ expectProgram: seenProgram });
        }
      },
      doCut() {
        if (offTake === null && seenProgram !== null && seenPreview !== null && !take.pending) {
          void cut.send({ scene: seenPreview, expectProgram: seenProgram });
        }
      },
      doPanic() {
        // The server falls back to air's own slate by itself.
        if (offPanic === null) void panic.send({});
      },
      doSlateOff() {
        if (role !== null || !slate?.canTakeOff) return;
        if (performance.now() - slateSince.current >= slateSpanMs) void panic.send({ on: false });
      },
    };
  }, [
    t,
    off,
    role,
    obsHere,
    airHere,
    seenPreview,
    seenProgram,
    slateScene,
    preview,
    take,
    cut,
    panic,
    slate,
  ]);
  return <Context value={switching}>{children}</Context>;
}

/** The page's switcher controls. */
export function useSwitching(): Switching {
  const switching = useContext(Context);
  if (!switching) throw new Error('useSwitching outside SwitchingProvider');
  return switching;
}
