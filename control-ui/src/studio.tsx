// Gives every component the studio: its state by slices, its clock, its signals and who is signed in.
import {
  createContext,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import { io } from 'socket.io-client';
import type { Role } from '../../server/contract/roles.ts';
import type { Farewell } from '../../server/contract/socket.ts';
import type { StudioState } from '../../server/contract/state.ts';
import type { Me } from './session/session.ts';
import { createLink, type LinkStatus, type StudioLink, type StudioSocket } from './state/link.ts';
import { createRates, type Rates } from './state/rates.ts';
import { createSignals, type Signals } from './state/signals.ts';
import { createTicker, type Ticker } from './state/ticker.ts';

/** Everything of one signed-in page. */
export interface Studio {
  readonly me: Me;
  readonly link: StudioLink;
  readonly signals: Signals;
  readonly ticker: Ticker;
  readonly rates: Rates;
}

const Context = createContext<Studio | null>(null);

const every = (ms: number, fn: () => void): (() => void) => {
  const timer = setInterval(fn, ms);
  return () => clearInterval(timer);
};
const after = (ms: number, fn: () => void): (() => void) => {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
};

function openStudio(me: Me): Studio & { readonly close: () => void } {
  const socket: StudioSocket = io('/studio', {
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 300,
    reconnectionDelayMax: 2000,
    forceNew: true,
  });
  const link = createLink({ socket, now: Date.now, every });
  const signals = createSignals({
    socket,
    now: Date.now,
    heard: link.heard,
    makeUrl: (jpeg) => URL.createObjectURL(new Blob([jpeg], { type: 'image/jpeg' })),
    dropUrl: (url) => URL.revokeObjectURL(url),
    looking: () => document.visibilityState === 'visible',
    onLooking(listener) {
      document.addEventListener('visibilitychange', listener);
      return () => document.removeEventListener('visibilitychange', listener);
    },
    every,
  });
  const ticker = createTicker({ now: link.clock.now, after });
  const rates = createRates(() => link.view().state, ticker.subscribe);
  const close = (): void => {
    rates.close();
    ticker.close();
    signals.close();
    link.close();
  };
  return { me, link, signals, ticker, rates, close };
}

interface ProviderProps {
  readonly me: Me;
  readonly onSignedOut: () => void;
  readonly children: ReactNode;
}

/** Opens the studio for `me` while mounted; another person needs another provider (a new key). */
export function StudioProvider({ me, onSignedOut, children }: ProviderProps): ReactNode {
  const [studio] = useState(() => openStudio(me));
  useEffect(
    () =>
      studio.link.subscribe(() => {
        if (studio.link.view().status === 'signedOut') onSignedOut();
      }),
    [studio, onSignedOut],
  );
  useEffect(() => studio.close, [studio]);
  return <Context value={studio}>{children}</Context>;
}

/** The studio of this page. */
export function useStudio(): Studio {
  const studio = useContext(Context);
  if (!studio) throw new Error('useStudio outside StudioProvider');
  return studio;
}

/** Whether the first picture of the studio has arrived; slices may only be used after it. */
export function useReady(): boolean {
  const { link } = useStudio();
  return useSyncExternalStore(link.subscribe, () => link.view().state !== null);
}

/** The line's condition. */
export function useLinkStatus(): LinkStatus {
  const { link } = useStudio();
  return useSyncExternalStore(link.subscribe, () => link.view().status);
}

/** What the server said when it closed in order; null while it is there, or was lost otherwise. */
export function useFarewell(): Farewell | null {
  const { link } = useStudio();
  return useSyncExternalStore(link.subscribe, () => link.view().farewell);
}

/** A part of the state; draws again only when that part changes. `select` must return a part as it is. */
export function useSlice<T>(select: (state: StudioState) => T): T {
  const { link } = useStudio();
  return useSyncExternalStore(link.subscribe, () => {
    const { state } = link.view();
    if (!state) throw new Error('useSlice before the first snapshot');
    return select(state);
  });
}

/** The server's time in epoch ms, new each second. */
export function useSecond(): number {
  const { ticker } = useStudio();
  return useSyncExternalStore(ticker.subscribe, ticker.value);
}

/** Roles of who is signed in, as the studio has them now. */
export function useRoles(): readonly Role[] {
  const { me } = useStudio();
  return useSlice((s) => s.people[me.user]?.roles) ?? me.roles;
}
