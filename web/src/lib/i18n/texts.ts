import type { messages as english } from './en';
import type { messages as laterEnglish } from './en.later';

/** What every language must say at once, and what is loaded on demand. */
export type Texts = Record<keyof typeof english, string>;
export type LaterTexts = Record<keyof typeof laterEnglish, string>;
