// The operator's page as a browser gets it, over a state that a test writes: no OBS, no air, no waiting for them.
import { cpSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import type { CommandName, Handlers } from '../../server/contract/commands.ts';
import type { StudioState } from '../../server/contract/state.ts';
import type { Signals } from '../../server/web/hub.ts';
import { builtPage } from '../kit/built-page.ts';
import { openSignedIn, startBrowser } from '../kit/browser.ts';
import { adminPassword, openRoom, type Room } from './web-room.ts';

export interface ControlPage {
  readonly room: Room;
  readonly browser: Browser;
  /** Commands that the page sent and that have no handler of their own, in order. */
  readonly asked: readonly { readonly name: CommandName; readonly input: unknown }[];
  /** Changes the state as its services would; seen on the page a moment later. */
  show(recipe: (state: StudioState) => void): void;
  /** A page of its own, signed in, in Spanish. */
  open(width: number, height: number): Promise<Page>;
  close(): Promise<void>;
}

export interface ControlPageOptions {
  readonly signals?: Signals;
  readonly handlers?: Partial<Handlers>;
  /** Where the program's picture is read. */
  readonly monitorUrl?: () => string | null;
}

/** Serves the page over a state of its own. */
export async function startControlPage(options: ControlPageOptions = {}): Promise<ControlPage> {
  const built = await builtPage();
  const asked: { name: CommandName; input: unknown }[] = [];
  const heard = (name: CommandName) => (input: unknown) => {
    asked.push({ name, input });
    return Promise.resolve({});
  };
  const room = await openRoom({
    ...(options.signals ? { signals: options.signals } : {}),
    ...(options.monitorUrl ? { monitorUrl: options.monitorUrl } : {}),
    handlers: () => ({
      ...Object.fromEntries(
        (['output.start', 'output.stop', 'output.update', 'alarm.acknowledge'] as const).map(
          (name) => [name, heard(name)],
        ),
      ),
      ...options.handlers,
    }),
  });
  cpSync(built, room.pageDir, { recursive: true });
  const browser = await startBrowser();
  return {
    room,
    browser,
    asked,
    show(recipe) {
      room.state.change(recipe);
      room.state.flush();
    },
    open: (width, height) =>
      openSignedIn(browser, room.url, 'admin', adminPassword, { width, height }),
    async close() {
      await browser.close();
      await room.close();
    },
  };
}
