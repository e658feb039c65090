/** One answer of the server: some of a list, and where it goes on. */
export interface ListPage<T> {
  items: readonly T[];
  cursor: string | undefined;
}

type Change<T> = (items: readonly T[]) => readonly T[];

/** A list that the server gives in pages, and that events change meanwhile. */
export class PagedList<T> {
  items = $state.raw<readonly T[]>([]);
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  hasMore = $state(false);
  isLoadingMore = $state(false);
  hasMoreFailed = $state(false);
  /** Where its reader was, for when it is shown again. */
  scrollTop = 0;

  readonly #ask: (cursor?: string) => Promise<ListPage<T>>;
  readonly #keyOf: (item: T) => string;
  #cursor: string | undefined;
  /** How many pages are shown. */
  #pages = 1;
  /** Grows when the list begins anew: pages asked for before do not fit any more. */
  #generation = 0;
  /** What was heard while a page was under way, which may be older. */
  #heard: Change<T>[] = [];
  #loads = 0;

  /** `ask` rejects when there is no answer. */
  constructor(ask: (cursor?: string) => Promise<ListPage<T>>, keyOf: (item: T) => string) {
    this.#ask = ask;
    this.#keyOf = keyOf;
  }

  /** Somebody looks at it: loads it unless it is there. */
  async open(): Promise<void> {
    if (this.status !== 'ready') await this.load();
  }

  /** Loads as much as is shown anew; that stays until the answer is there. */
  async load(): Promise<void> {
    const generation = (this.#generation += 1);
    this.isLoadingMore = false;
    this.hasMoreFailed = false;
    if (this.status !== 'ready') this.status = 'loading';
    await this.#load(undefined, generation, (items) => {
      const known = new Map(items.map((item) => [this.#keyOf(item), item]));
      this.items = [...known.values()];
      this.status = 'ready';
    });
    // What is shown already is better than nothing.
    if (generation === this.#generation && this.status === 'loading') this.status = 'failed';
  }

  /** Begins with nothing shown: the question is another one. */
  restart(): Promise<void> {
    this.items = [];
    this.#pages = 1;
    this.hasMore = false;
    this.scrollTop = 0;
    this.status = 'loading';
    return this.load();
  }

  /** The next page, unless one is under way. */
  async more(): Promise<void> {
    if (!this.hasMore || this.isLoadingMore || this.status !== 'ready') return;
    const generation = this.#generation;
    this.isLoadingMore = true;
    this.hasMoreFailed = false;
    const isDone = await this.#load(this.#cursor, generation, (items) => {
      // What has moved meanwhile comes twice.
      const known = new Set(this.items.map(this.#keyOf));
      this.items = [...this.items, ...items.filter((item) => !known.has(this.#keyOf(item)))];
      this.#pages += 1;
    });
    if (generation !== this.#generation) return;
    this.isLoadingMore = false;
    this.hasMoreFailed = !isDone;
  }

  /** Something has changed; carried out again on a page that may not know of it yet. */
  apply(change: Change<T>): void {
    this.items = change(this.items);
    if (this.#loads > 0) this.#heard.push(change);
  }

  async #load(
    cursor: string | undefined,
    generation: number,
    merge: (items: readonly T[]) => void,
  ): Promise<boolean> {
    this.#loads += 1;
    try {
      let page = await this.#ask(cursor);
      // Whoever has scrolled far stays there.
      const pages = cursor === undefined ? this.#pages : 1;
      for (let n = 1; n < pages && page.cursor && generation === this.#generation; n += 1) {
        const next = await this.#ask(page.cursor);
        page = { items: [...page.items, ...next.items], cursor: next.cursor };
      }
      if (generation !== this.#generation) return false;
      merge(page.items);
      this.#cursor = page.cursor;
      this.hasMore = page.cursor !== undefined;
      for (const change of this.#heard) this.items = change(this.items);
      return true;
    } catch {
      return false;
    } finally {
      this.#loads -= 1;
      if (this.#loads === 0) this.#heard = [];
    }
  }
}
