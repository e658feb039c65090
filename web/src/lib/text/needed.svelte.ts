import { whenIdle } from '../when-idle';

/** What is loaded once some message needs it. What was shown before is shown anew then. */
export class Needed<T> {
  current = $state.raw<T | null>(null);
  readonly #load: () => Promise<T>;
  #isLoading = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  async load(): Promise<void> {
    if (this.#isLoading || this.current) return;
    this.#isLoading = true;
    try {
      // First the messages, then what makes them nicer.
      await new Promise<void>((go) => whenIdle(go));
      this.current = await this.#load();
    } catch {
      // Without a network all stays as it is, until another message asks.
    } finally {
      this.#isLoading = false;
    }
  }
}
