import { isComposing } from './keyboard';

/** So long a field may take to come; then the keys are nobody's again. */
const MOST_MS = 5000;

/**
 * What is typed between a shortcut and the field that it asks for, while that is being loaded. Else
 * the first letters of a search would go into the message that is being written.
 */
class EarlyKeys {
  #text = '';
  #end: (() => void) | null = null;

  /** What was typed so far stays: a shortcut may have come before the page that obeys it. */
  begin(): void {
    const text = this.#text;
    this.#end?.();
    this.#text = text;
    const stop = new AbortController();
    const timer = setTimeout(() => this.#end?.(), MOST_MS);
    this.#end = () => {
      clearTimeout(timer);
      stop.abort();
      this.#end = null;
      this.#text = '';
    };
    addEventListener('keydown', (event) => this.#hear(event), {
      capture: true,
      signal: stop.signal,
    });
  }

  /** What was typed; from now on keys go where the focus is. */
  take(): string {
    const text = this.#text;
    this.#end?.();
    return text;
  }

  #hear(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return;
    if (event.key === 'Escape') {
      this.#end?.();
      return;
    }
    if (event.key === 'Backspace') this.#text = [...this.#text].slice(0, -1).join('');
    else if ([...event.key].length === 1) this.#text += event.key;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export const earlyKeys = new EarlyKeys();
