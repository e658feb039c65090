import { laterTexts } from '../i18n/catalogue.svelte';

const SHOWN_MS = 5000;
/** With something to do, it waits for whoever has to find it first. */
const OFFERED_MS = 10_000;

/** What can be done about what a note tells. */
interface Offer {
  label: string;
  run: () => void;
}

interface Toast {
  id: number;
  text: string;
  offer?: Offer | undefined;
}

/** Short notes that pass by themselves. */
class Toasts {
  shown = $state.raw<readonly Toast[]>([]);
  /** Where they may stand, the topmost last: on the page, and in each dialog over it. */
  #places = $state.raw<readonly symbol[]>([]);
  #next = 0;

  /** Whether they stand here: below a modal dialog they could neither be used nor heard. Reactive. */
  areAt(place: symbol): boolean {
    return this.#places.at(-1) === place;
  }

  /** Offers a place for them, until the function is called. */
  offerPlace(place: symbol, where: 'page' | 'dialog'): () => void {
    this.#places = where === 'page' ? [place, ...this.#places] : [...this.#places, place];
    return () => (this.#places = this.#places.filter((one) => one !== place));
  }

  show(text: string, offer?: Offer): void {
    const id = this.#next++;
    this.shown = [...this.shown.filter((toast) => toast.text !== text), { id, text, offer }];
    setTimeout(() => this.end(id), offer ? OFFERED_MS : SHOWN_MS);
  }

  end(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** Does something for the user, and says so when it fails. True when it was done. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.show(await explained(error));
      return false;
    }
  }
}

/** What went wrong, in the reader's words; where those cannot be loaded, in the server's own. */
async function explained(error: unknown): Promise<string> {
  try {
    const [{ explain }] = await Promise.all([import('../explain'), laterTexts()]);
    return explain(error);
  } catch {
    return error instanceof Error ? error.message : String(error);
  }
}

export const toasts = new Toasts();
