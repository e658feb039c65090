import { SvelteMap } from 'svelte/reactivity';

/** A text with more lines than this is folded; a line is about so many characters. */
const MOST_LINES = 24;
const LINE = 90;

/** Long messages that somebody unfolded, or was led to, in this tab; by id. A map, as others are: reactive sets are one more part of the first load. */
export const unfolded = new SvelteMap<string, true>();

/** Whether a text is so long that only its beginning is shown at first. By its source: nothing has to be measured. */
export function isLong(content: string): boolean {
  if (content.length < MOST_LINES) return false;
  let lines = 0;
  for (const line of content.split('\n')) lines += Math.max(1, Math.ceil(line.length / LINE));
  return lines > MOST_LINES;
}
