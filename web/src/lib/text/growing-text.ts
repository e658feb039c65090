/** A part of a text that stands for itself, as HTML. */
export interface Block {
  key: number;
  html: string;
}

/**
 * A text that is being written, rendered block by block: what nothing can join any more is rendered
 * once and kept, and only the last block is rendered anew.
 */
export class GrowingText {
  content = '';
  #settled: Block[] = [];
  /** How much of the content the settled blocks are. */
  #settledLength = 0;
  readonly #render: (part: string) => string;
  readonly #settledIn: (part: string) => number;

  /** `settledIn` says how much of a text, from its start, will be rendered as it is now whatever follows. */
  constructor(render: (part: string) => string, settledIn: (part: string) => number) {
    this.#render = render;
    this.#settledIn = settledIn;
  }

  /** The blocks of the text as it is now. */
  follow(content: string): readonly Block[] {
    if (!content.startsWith(this.content)) {
      this.#settled = [];
      this.#settledLength = 0;
    }
    this.content = content;
    let rest = content.slice(this.#settledLength);
    const length = this.#settledIn(rest);
    if (length > 0) {
      const key = this.#settledLength;
      this.#settled = [...this.#settled, { key, html: this.#render(rest.slice(0, length)) }];
      this.#settledLength += length;
      rest = rest.slice(length);
    }
    if (rest.trim() === '') return this.#settled;
    return [...this.#settled, { key: this.#settledLength, html: this.#render(rest) }];
  }
}

/** Of what is not shown yet, this part comes with a frame: bursts flow, and nothing lags behind. */
const PART = 8;

/** How much of a text is shown next, so that it seems to be typed. No character is cut in two. */
export function nextLength(content: string, shown: number): number {
  const next = shown + Math.max(2, Math.ceil((content.length - shown) / PART));
  const code = content.charCodeAt(next);
  return Math.min(content.length, code >= 0xdc00 && code <= 0xdfff ? next + 1 : next);
}
