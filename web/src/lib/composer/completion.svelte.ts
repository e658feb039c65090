import type { Chat } from '../state/chat.svelte';
import type { Suggestion } from './suggestions';
import { triggerAt, type Trigger } from './trigger';

/** What a name that is being written may be completed to. Everything heavy is loaded with the first. */
export class Completion {
  suggestions = $state.raw<readonly Suggestion[]>([]);
  active = $state(0);
  #trigger: Trigger | null = null;
  /** A name that the user chose to write without help. */
  #dismissed: string | null = null;
  readonly #chat: Chat;
  readonly #roomId: string;

  constructor(chat: Chat, roomId: string) {
    this.#chat = chat;
    this.#roomId = roomId;
  }

  get isOpen(): boolean {
    return this.suggestions.length > 0;
  }

  /** Where the name begins that a suggestion takes the place of. */
  get start(): number {
    return this.#trigger?.start ?? 0;
  }

  /** The text or the cursor in it has changed. */
  async follow(text: string, cursor: number): Promise<void> {
    const trigger = triggerAt(text, cursor);
    this.#trigger = trigger;
    if (!trigger || keyOf(trigger) === this.#dismissed) {
      if (!trigger) this.#dismissed = null;
      this.suggestions = [];
      return;
    }
    try {
      const { suggest } = await import('./suggestions');
      const found = await suggest(this.#chat, this.#roomId, trigger);
      // Another letter may have come meanwhile.
      if (this.#trigger !== trigger) return;
      this.suggestions = found;
      this.active = 0;
    } catch {
      if (this.#trigger === trigger) this.suggestions = [];
    }
  }

  move(step: 1 | -1): void {
    const count = this.suggestions.length;
    this.active = (this.active + step + count) % count;
  }

  close(): void {
    this.suggestions = [];
    this.#trigger = null;
  }

  /** Closes it for as long as this name is written. */
  dismiss(): void {
    this.#dismissed = this.#trigger && keyOf(this.#trigger);
    this.close();
  }
}

function keyOf({ kind, start }: Trigger): string {
  return `${kind} ${start}`;
}
