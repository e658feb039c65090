import { explain } from '../failure';

const SHOWN_MS = 5000;

interface Toast {
  id: number;
  text: string;
}

/** Short notes that pass by themselves. */
class Toasts {
  shown = $state.raw<readonly Toast[]>([]);
  #next = 0;

  show(text: string): void {
    const id = this.#next++;
    this.shown = [...this.shown.filter((toast) => toast.text !== text), { id, text }];
    setTimeout(() => (this.shown = this.shown.filter((toast) => toast.id !== id)), SHOWN_MS);
  }

  /** Does something for the user, and says so when it fails. True when it was done. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.show(explain(error));
      return false;
    }
  }
}

export const toasts = new Toasts();
