import { recentKey } from '../state/panel.svelte';

const MOST = 8;

/** What was looked for lately, on this device only. */
export class RecentSearches {
  all = $state.raw<readonly string[]>([]);
  readonly #key: string;

  constructor(userId: string) {
    this.#key = recentKey(userId);
    this.all = read(this.#key);
  }

  add(query: string): void {
    const kept = query.trim();
    if (kept) this.#keep([kept, ...this.all.filter((other) => other !== kept)].slice(0, MOST));
  }

  remove(query: string): void {
    this.#keep(this.all.filter((other) => other !== query));
  }

  clear(): void {
    this.#keep([]);
  }

  #keep(all: readonly string[]): void {
    this.all = all;
    if (all.length === 0) localStorage.removeItem(this.#key);
    else localStorage.setItem(this.#key, JSON.stringify(all));
  }
}

function read(key: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((query) => typeof query === 'string') : [];
  } catch {
    return [];
  }
}
