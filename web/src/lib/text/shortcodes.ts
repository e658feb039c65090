import type { Token } from 'markdown-it';
import { Needed } from './needed.svelte';

/** Changes the tokens of a text. */
export type Draw = (tokens: Token[]) => void;

/** Puts emoji in place of their names: bots and pasted texts write `:tada:`, and the team's own have nothing else. */
export const shortcodes = new Needed<Draw>(async () =>
  (await import('./shortcode-drawing')).drawing(),
);

/** Whether a text may name an emoji. */
export function mayHoldShortcode(content: string): boolean {
  return /:[\w+가-힣-]{2,30}:/.test(content);
}
