import { tick } from 'svelte';
import type { Row } from './message-rows';

/** Which row of a list of messages has the focus, and where the arrows move it. */
export class MessageFocus {
  key = $state<string>();
  readonly #rows: () => readonly Row[];
  readonly #list: () => HTMLElement | undefined;

  constructor(rows: () => readonly Row[], list: () => HTMLElement | undefined) {
    this.#rows = rows;
    this.#list = list;
  }

  /** Moves it by so many messages, from the one that has it or else from the newest. */
  move(step: number): void {
    const rows = this.#rows();
    const from = rows.findIndex((row) => row.key === this.key);
    this.moveTo(rows[from < 0 ? rows.length - 1 : from + step]);
  }

  moveTo(row: Row | undefined): void {
    if (!row || row.kind === 'start') return;
    this.key = row.key;
    // It is there in a moment, if it was not: what has the focus stays mounted.
    void tick().then(() => {
      const selector = `[data-row="${CSS.escape(row.key)}"]`;
      const article = this.#list()?.querySelector<HTMLElement>(selector);
      article?.focus({ preventScroll: true });
      article?.scrollIntoView({ block: 'nearest' });
    });
  }

  enter({ target }: FocusEvent): void {
    this.key = (target as Element).closest<HTMLElement>('[data-row]')?.dataset.row;
  }

  leave({ relatedTarget }: FocusEvent): void {
    if (!this.#list()?.contains(relatedTarget as Node | null)) this.key = undefined;
  }
}
