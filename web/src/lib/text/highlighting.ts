import { Needed } from './needed.svelte';

/** Code as HTML in colours, and how its language is called. Undefined for unknown languages. */
export type Highlight = (
  code: string,
  language: string,
) => { html: string; label: string } | undefined;

/** The highlighter. */
export const highlighting = new Needed<Highlight>(
  async () => (await import('./highlight')).highlight,
);
