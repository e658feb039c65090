import { attachedKey } from '../files';
import type { Remnant, RemnantStore } from './uploads.svelte';

/** Kept with the tab, over a reload and a crash of the browser. */
export class SessionRemnantStore implements RemnantStore {
  readonly #key: string;

  constructor(userId: string) {
    this.#key = attachedKey(userId);
  }

  load(): Record<string, Remnant[]> {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key) ?? '{}') as Record<string, Remnant[]>;
    } catch {
      return {};
    }
  }

  save(remnants: Record<string, Remnant[]>): void {
    try {
      if (Object.keys(remnants).length === 0) sessionStorage.removeItem(this.#key);
      else sessionStorage.setItem(this.#key, JSON.stringify(remnants));
    } catch {
      // Without room for them, a reload forgets them; the browser asks before.
    }
  }
}
