import type { RoomSummary } from '../../generated/contract';
import { laterTexts, t } from '../i18n/catalogue.svelte';
import type { Chat } from '../state/chat.svelte';

/** The field that a command is typed into. */
interface Field {
  /** What stands there now. */
  content: () => string;
  /** Whether a message would leave with files. */
  hasFiles: () => boolean;
  /** Takes away what was done, if it is still there, and leaves what was typed behind it. */
  take: (done: string) => void;
  /** Sends a message in place of what stands there. */
  send: (text: string) => void;
  /** Enter was pressed once more, on something else. */
  resubmit: () => void;
}

/** What is typed behind a slash, from Enter until it is carried out. What carries it out is loaded with the first. */
export class CommandLine {
  /** Why the command that stands there was not carried out. */
  refusal = $state('');
  #isBusy = false;
  /** Enter was pressed again meanwhile. */
  #isAwaited = false;
  readonly #chat: Chat;
  readonly #field: Field;

  constructor(chat: Chat, field: Field) {
    this.#chat = chat;
    this.#field = field;
  }

  async submit(room: RoomSummary): Promise<void> {
    const { content, hasFiles, take, send, resubmit } = this.#field;
    const typed = content();
    this.#isAwaited = this.#isBusy;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const loaded = await Promise.all([import('../commands'), laterTexts()]).catch(() => null);
      if (!loaded) {
        this.refusal = t('error.offline');
        return;
      }
      const [{ submit }] = loaded;
      const text = await submit(this.#chat, room, typed, hasFiles());
      if (text === null) take(typed);
      else if (content() === typed) send(text);
    } catch (error) {
      this.refusal = error instanceof Error ? error.message : String(error);
    } finally {
      this.#isBusy = false;
    }
    if (this.#isAwaited && content() !== typed) resubmit();
  }
}
