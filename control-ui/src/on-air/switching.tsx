// The switcher's controls, shared by the deck, the scene buttons and the keyboard: one in flight at a time.
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand, type Control } from '../command.ts';
import { useOff, useSwitcherOff } from '../off.ts';
import { useSlice } from '../studio.tsx';

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
  readonly doPreview: (scene: string) => void;
  /** Both carry the program the operator sees at the press. */
  readonly doTake: () => void;
  readonly doCut: () => void;
  readonly doPanic: () => void;
}

const Context = createContext<Switching | null>(null);

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
  ]);
  return <Context value={switching}>{children}</Context>;
}

/** The page's switcher controls. */
export function useSwitching(): Switching {
  const switching = useContext(Context);
  if (!switching) throw new Error('useSwitching outside SwitchingProvider');
  return switching;
}
