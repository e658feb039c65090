import { tick } from 'svelte';

const GLOW_MS = 2400;

/** The message that glows for whoever followed a link to it: once, so that it is as any other when they come back. */
export class Glow {
  seq = $state<number>();
  #ending: ReturnType<typeof setTimeout> | undefined;

  on(seq: number): void {
    clearTimeout(this.#ending);
    this.seq = undefined;
    void tick().then(() => (this.seq = seq));
    this.#ending = setTimeout(() => (this.seq = undefined), GLOW_MS);
  }
}
