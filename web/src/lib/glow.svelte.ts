import { tick } from 'svelte';

const GLOW_MS = 2400;

/** What glows for whoever followed a link to it: once, so that it is as any other when they come back. */
export class Glow<K> {
  key = $state.raw<K>();
  #ending: ReturnType<typeof setTimeout> | undefined;

  on(key: K): void {
    clearTimeout(this.#ending);
    this.key = undefined;
    void tick().then(() => (this.key = key));
    this.#ending = setTimeout(() => (this.key = undefined), GLOW_MS);
  }
}
