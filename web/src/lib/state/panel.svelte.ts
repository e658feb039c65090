import { earlyKeys } from '../early-keys';
import { pushEntry } from '../overlays';

/** Where the panel covers everything else: a phone, or a narrow window. */
export const PANEL_COVERS = '(max-width: 62rem)';

/** Where the browser keeps what somebody looked for lately. */
export function recentKey(userId: string): string {
  return `maru:searches:${userId}`;
}

/** What stands beside the room. `components/panel/SidePanel.svelte` knows what shows it. */
export type OpenPanel =
  | { name: 'search' }
  | { name: 'inbox' }
  /** With `seq`, at one of its replies. */
  | { name: 'thread'; roomId: string; rootId: string; seq?: number }
  | { name: 'threads' }
  | { name: 'pins'; roomId: string }
  | { name: 'files'; roomId: string }
  | { name: 'saved' }
  /** Without `roomId`, from wherever the user handles them. */
  | { name: 'reports'; roomId?: string }
  /** Without `roomId`, those of the user in all rooms; with `taskId`, at one of them. */
  | { name: 'tasks'; roomId?: string; taskId?: string };

export type PanelName = OpenPanel['name'];
export type PanelOf<N extends PanelName> = Extract<OpenPanel, { name: N }>;

/** What every part gets that is shown in the panel. */
export interface PanelProps<N extends PanelName> {
  panel: PanelOf<N>;
  openRoomId: string | undefined;
}

/** Somebody wants to look for something: in one room, or in all of theirs. */
export interface SearchWish {
  roomId: string | undefined;
  /** What for; what was looked for last if it is absent. */
  query: string | undefined;
}

/** Two panels of one key are the same, which goes on. */
export function panelKey(panel: OpenPanel): string {
  const { name, ...place } = panel;
  return [name, 'roomId' in place && place.roomId, 'rootId' in place && place.rootId].join(' ');
}

/**
 * The one panel beside the room; in a narrow window it covers everything, and the browser's own
 * "back" leads out of it. What it shows is loaded on demand, and keeps its own state.
 */
class SidePanel {
  current = $state.raw<OpenPanel | null>(null);
  /** Grows each time something is opened, so that the same reply can be opened twice. */
  visits = $state(0);
  /** The latest wish of a search, until it is granted: the field takes the focus. */
  wish = $state.raw<SearchWish | null>(null);
  /** What a panel was opened from, and leads back to. */
  #from = $state.raw<OpenPanel | null>(null);
  /** What had the focus before. */
  #before: Element | null = null;

  constructor() {
    addEventListener('popstate', () => {
      if (!covers()) return;
      const entry = entryOf(history.state);
      this.current = entry?.panel ?? null;
      this.#from = entry?.from ?? null;
    });
  }

  get isOpen(): boolean {
    return this.current !== null;
  }

  /** The list that led to what is shown. */
  get from(): OpenPanel | null {
    return this.#from;
  }

  /** Whether the keys go to the panel. */
  get hasFocus(): boolean {
    return Boolean(document.activeElement?.closest('[data-panel]'));
  }

  shows(name: PanelName): boolean {
    return this.current?.name === name;
  }

  /** `from` is the list that it is opened from, if it is. */
  open(panel: OpenPanel, from: OpenPanel | null = null): void {
    if (!this.hasFocus) this.#before = document.activeElement;
    const isOther = !this.current || panelKey(this.current) !== panelKey(panel);
    this.current = panel;
    if (isOther) this.#from = from;
    this.visits += 1;
    if (isOther && covers()) pushEntry({ panel, from });
  }

  /** Opens it, or closes it when it is open. */
  toggle(panel: OpenPanel): void {
    if (this.current && panelKey(this.current) === panelKey(panel)) this.close();
    else this.open(panel);
  }

  search(roomId?: string, query?: string): void {
    const isThere = this.shows('search');
    this.open({ name: 'search' });
    this.wish = { roomId, query };
    if (!isThere) earlyKeys.begin();
  }

  /** To what it was opened from; without that, as `close`. */
  back(): void {
    const from = this.#from;
    if (!from) this.close();
    else if (entryOf(history.state)) history.back();
    else this.open(from);
  }

  /** Gives the focus back to what had it, or to where the next message is written. */
  close(): void {
    if (entryOf(history.state)) history.go(this.#from ? -2 : -1);
    this.drop();
    const before = this.#before;
    this.#before = null;
    // It may have been covered, and out of reach, until now.
    requestAnimationFrame(() => {
      if (this.isOpen) return;
      const isThere =
        before instanceof HTMLElement && before.isConnected && before !== document.body;
      const next = isThere ? before : document.querySelector<HTMLElement>('main textarea');
      next?.focus({ preventScroll: true });
    });
  }

  /** Closes it and leaves the focus where it is. */
  drop(): void {
    this.current = null;
    this.#from = null;
  }

  /** Makes way for what was found; "back" leads here again. */
  makeWay(): void {
    if (covers()) this.drop();
  }
}

function covers(): boolean {
  return matchMedia(PANEL_COVERS).matches;
}

interface Entry {
  panel: OpenPanel;
  from: OpenPanel | null;
}

function entryOf(state: unknown): Entry | null {
  return typeof state === 'object' && state !== null && 'panel' in state ? (state as Entry) : null;
}

export const panel = new SidePanel();
