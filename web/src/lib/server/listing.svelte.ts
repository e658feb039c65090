import { explain } from '../explain';

interface Page<T> {
  items: T[];
  cursor?: string | undefined;
}

/** A list of the server's, page by page, for as long as somebody looks at it. */
export class Listing<T> {
  items = $state.raw<readonly T[]>([]);
  cursor = $state<string>();
  failure = $state('');
  isLoading = $state(false);
  /** Whether anything was answered yet. */
  isKnown = $state(false);

  readonly #ask: (cursor?: string) => Promise<Page<T>>;
  /** Grows with every new beginning: a page asked for before does not fit any more. */
  #generation = 0;
  /** Where the page begins that could not be had; undefined for the first. */
  #failed: string | undefined;

  constructor(ask: (cursor?: string) => Promise<Page<T>>) {
    this.#ask = ask;
  }

  /** From the beginning. What is shown stays until the answer is there. */
  load(): Promise<void> {
    this.#generation += 1;
    return this.#page(undefined);
  }

  /** From the beginning, as much as is shown, so that whoever comes back finds their place. */
  renew(): Promise<void> {
    this.#generation += 1;
    return this.#page(undefined, this.items.length);
  }

  more(): Promise<void> {
    return this.#page(this.cursor);
  }

  /** What failed once more. */
  again(): Promise<void> {
    return this.#failed === undefined ? this.renew() : this.#page(this.#failed);
  }

  /** What comes at `cursor`, until there are at least so many or there is no more. */
  async #page(cursor: string | undefined, least = 0): Promise<void> {
    const generation = this.#generation;
    this.isLoading = true;
    try {
      let page = await this.#ask(cursor);
      while (page.cursor && page.items.length < least && generation === this.#generation) {
        const next = await this.#ask(page.cursor);
        page = { items: [...page.items, ...next.items], cursor: next.cursor };
      }
      if (generation !== this.#generation) return;
      this.items = cursor === undefined ? page.items : [...this.items, ...page.items];
      this.cursor = page.cursor;
      this.failure = '';
      this.isKnown = true;
    } catch (error) {
      if (generation !== this.#generation) return;
      this.failure = explain(error);
      this.#failed = cursor;
    } finally {
      if (generation === this.#generation) this.isLoading = false;
    }
  }
}
