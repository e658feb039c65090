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

  constructor(ask: (cursor?: string) => Promise<Page<T>>) {
    this.#ask = ask;
  }

  /** From the beginning. What is shown stays until the answer is there. */
  load(): Promise<void> {
    this.#generation += 1;
    return this.#page(undefined);
  }

  more(): Promise<void> {
    return this.#page(this.cursor);
  }

  async #page(cursor: string | undefined): Promise<void> {
    const generation = this.#generation;
    this.isLoading = true;
    try {
      const page = await this.#ask(cursor);
      if (generation !== this.#generation) return;
      this.items = cursor === undefined ? page.items : [...this.items, ...page.items];
      this.cursor = page.cursor;
      this.failure = '';
      this.isKnown = true;
    } catch (error) {
      if (generation === this.#generation) this.failure = explain(error);
    } finally {
      if (generation === this.#generation) this.isLoading = false;
    }
  }
}
