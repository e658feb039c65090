import type { Language } from '../state/preferences.svelte';

/** Each language under its own name: whoever looks for it may read no other. */
export const languageNames: [Language, string][] = [
  ['en', 'English'],
  ['ko', '한국어'],
];
