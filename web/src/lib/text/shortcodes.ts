import { Needed } from './needed.svelte';

/** Puts emoji in place of their names: bots and pasted texts write `:tada:`. */
export const shortcodes = new Needed<(text: string) => string>(async () =>
  (await import('./shortcode-drawing')).drawing(),
);

/** Whether a text may name an emoji. */
export function mayHoldShortcode(content: string): boolean {
  return /:[\w+-]{2,30}:/.test(content);
}
