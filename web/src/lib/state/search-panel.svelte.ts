/** Where the panel covers everything else: a phone, or a narrow window. */
export const SEARCH_COVERS = '(max-width: 62rem)';

/** Where the browser keeps what somebody looked for lately. */
export function recentKey(userId: string): string {
  return `maru:searches:${userId}`;
}

/** Somebody wants to look for something: in one room, or in all of theirs. */
export interface SearchWish {
  roomId: string | undefined;
  /** What for; what was looked for last if it is absent. */
  query: string | undefined;
}

/** Whether the search panel is open, and what for. What is found is kept by `Search`, which is loaded with it. */
class SearchPanel {
  isOpen = $state(false);
  /** The latest wish, until it is granted: the field takes the focus. */
  wish = $state.raw<SearchWish | null>(null);
  /** What had the focus before. */
  #before: Element | null = null;

  constructor() {
    addEventListener('popstate', () => {
      if (covers()) this.isOpen = isSearchEntry(history.state);
    });
  }

  /** Whether the keys go to the panel. */
  get hasFocus(): boolean {
    return Boolean(document.activeElement?.closest('[data-search]'));
  }

  open(roomId?: string, query?: string): void {
    if (!this.hasFocus) this.#before = document.activeElement;
    // The browser's own "back" leads out of what covers the page, and back into it.
    if (!this.isOpen && covers()) history.pushState({ isSearch: true }, '');
    this.isOpen = true;
    this.wish = { roomId, query };
  }

  /** Gives the focus back to what had it, or to where the next message is written. */
  close(): void {
    if (isSearchEntry(history.state)) history.back();
    this.isOpen = false;
    const before = this.#before;
    this.#before = null;
    // It may have been covered, and out of reach, until now.
    requestAnimationFrame(() => {
      const isThere =
        before instanceof HTMLElement && before.isConnected && before !== document.body;
      const next = isThere ? before : document.querySelector<HTMLElement>('main textarea');
      next?.focus({ preventScroll: true });
    });
  }

  /** Makes way for what was found; "back" leads here again. */
  makeWay(): void {
    if (covers()) this.isOpen = false;
  }
}

function covers(): boolean {
  return matchMedia(SEARCH_COVERS).matches;
}

function isSearchEntry(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'isSearch' in state;
}

export const searchPanel = new SearchPanel();
