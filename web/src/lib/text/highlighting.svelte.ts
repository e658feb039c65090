import { whenIdle } from '../when-idle';

/** Code as HTML in colours, and how its language is called. Undefined for unknown languages. */
export type Highlight = (
  code: string,
  language: string,
) => { html: string; label: string } | undefined;

/** The highlighter, once some message needs it. What was shown before is shown anew then. */
class Highlighting {
  current = $state.raw<Highlight | null>(null);
  #isLoading = false;

  async load(): Promise<void> {
    if (this.#isLoading || this.current) return;
    this.#isLoading = true;
    try {
      // First the messages, then their colours.
      await new Promise<void>((go) => whenIdle(go));
      const { highlight } = await import('./highlight');
      this.current = highlight;
    } catch {
      // Without a network code stays in one colour, until another message asks.
    } finally {
      this.#isLoading = false;
    }
  }
}

export const highlighting = new Highlighting();
