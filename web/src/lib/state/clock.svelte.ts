import { createSubscriber } from 'svelte/reactivity';

/** Relative times are told in minutes, so that this is exact enough. */
const TICK_MS = 15_000;

/** The present, for what ages on the screen. It ticks only while something reads it. */
class Clock {
  readonly #follow = createSubscriber((update) => {
    const timer = setInterval(update, TICK_MS);
    // A tab in the background, or a computer that slept, ticks late.
    document.addEventListener('visibilitychange', update);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', update);
    };
  });

  /** In milliseconds since 1970. Reactive. */
  get now(): number {
    this.#follow();
    return Date.now();
  }
}

export const clock = new Clock();
