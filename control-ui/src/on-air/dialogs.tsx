// Which dialog is open, and the dialogs themselves; the forms come over the wire only when first opened.
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { AlarmList } from './alarm-list.tsx';
import { ContinuityDialog } from './continuity-dialog.tsx';
import { GoLive } from './go-live.tsx';
import { Help } from './help.tsx';
import { DialogsContext, type OpenDialog } from './open-dialog.ts';
import { OutputStop } from './output-stop.tsx';
import { StopAir } from './stop-air.tsx';

const OutputForm = lazy(async () => ({
  default: (await import('../forms/output-form.tsx')).OutputForm,
}));
const UnitForm = lazy(async () => ({ default: (await import('../forms/unit-form.tsx')).UnitForm }));
const UnitCard = lazy(async () => ({ default: (await import('../forms/unit-card.tsx')).UnitCard }));
const UplinkForm = lazy(async () => ({
  default: (await import('../forms/uplink-form.tsx')).UplinkForm,
}));
const People = lazy(async () => ({ default: (await import('../forms/people.tsx')).People }));

function Shown({
  dialog,
  onClose,
}: {
  readonly dialog: OpenDialog;
  readonly onClose: () => void;
}): ReactNode {
  switch (dialog.kind) {
    case 'goLive':
      return <GoLive onClose={onClose} />;
    case 'stopAir':
      return <StopAir onClose={onClose} />;
    case 'alarms':
      return <AlarmList onClose={onClose} />;
    case 'help':
      return <Help onClose={onClose} />;
    case 'stopOutput':
      return <OutputStop id={dialog.id} onClose={onClose} />;
    case 'addOutput':
      return <OutputForm id={null} onClose={onClose} />;
    case 'output':
      return <OutputForm id={dialog.id} onClose={onClose} />;
    case 'addUnit':
      return <UnitForm onClose={onClose} />;
    case 'unit':
      return <UnitCard id={dialog.id} onClose={onClose} />;
    case 'continuity':
      return <ContinuityDialog onClose={onClose} />;
    case 'uplink':
      return <UplinkForm onClose={onClose} />;
    case 'people':
      return <People onClose={onClose} />;
    default:
      return dialog satisfies never;
  }
}

/** What a dialog gives way to when it closes. */
function afterwards(dialog: OpenDialog): OpenDialog | null {
  return dialog.kind === 'uplink' && dialog.from ? { kind: dialog.from } : null;
}

/** Holds the one open dialog. */
export function DialogsProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const dialogs = useMemo(() => ({ open: setDialog }), []);
  return (
    <DialogsContext value={dialogs}>
      {children}
      <Suspense fallback={null}>
        {dialog && <Shown dialog={dialog} onClose={() => setDialog(afterwards(dialog))} />}
      </Suspense>
    </DialogsContext>
  );
}
