import type { Attached } from '../attachments/attached.svelte';
import type { Chat } from '../state/chat.svelte';
import type { Conversation } from '../state/conversation.svelte';
import type { Bearing } from '../state/outgoing';
import { CommandLine } from './command-line.svelte';

const MOST_CHARACTERS = 16_000;

/** The field that something leaves. */
interface Field {
  /** What stands there from now on. */
  show: (content: string) => void;
  /** Something was sent from it, or waits for its files. */
  release: (hasFiles: boolean) => void;
  /** A message is under way. */
  onsend: () => void;
}

/** What leaves a composer, and when: at once, when its files are there, or as a command. */
export class Departure {
  readonly commands: CommandLine;
  readonly #chat: Chat;
  readonly #conversation: Conversation;
  readonly #field: Field;

  constructor(conversation: Conversation, field: Field) {
    this.#chat = conversation.chat;
    this.#conversation = conversation;
    this.#field = field;
    this.commands = new CommandLine(this.#chat, {
      content: () => this.#written,
      hasFiles: () => Boolean(this.attached?.hasAny),
      take: (done) => this.#take(done),
      send: (text) => this.#leave(text),
      resubmit: () => this.send(),
    });
  }

  /** What is attached here. Reactive. */
  get attached(): Attached | undefined {
    return this.#chat.uploads?.at(this.#conversation.place);
  }

  /** Whether there is something to send, and nothing in its way. Reactive. */
  get isReady(): boolean {
    const [text, files] = [this.#written, this.attached];
    const hasAny = text.trim() !== '' || files?.hasAny;
    if (this.#conversation.isHeld && !text.startsWith('/')) return false;
    return (
      Boolean(hasAny) && this.leftBehind(text) >= 0 && !files?.isBlocked && !files?.isDeparting
    );
  }

  /** How many characters more a text may have. */
  leftBehind(text: string): number {
    return MOST_CHARACTERS - [...text.trim()].length;
  }

  send(): void {
    const { attaching } = this.#chat;
    const text = this.#written;
    if (attaching) void attaching.then(() => this.send());
    else if (this.attached?.isBlocked) this.attached.isRefused = true;
    else if (!this.isReady) return;
    else if (!text.startsWith('/')) this.#leave(text.trim());
    else if (this.#conversation.room) void this.commands.submit(this.#conversation.room);
  }

  // What is sent may leave when the composer is gone, and its deriveds tell of a moment that has
  // passed: this is asked where it is kept.
  get #written(): string {
    return this.#chat.drafts.get(this.#conversation.place) ?? '';
  }

  /** As it is now, also when it has to wait for its files, wherever its writer is by then. */
  #leave(text: string): void {
    const { bearing, place } = this.#conversation;
    const here = this.attached;
    const hasFiles = Boolean(here?.hasAny);
    const send = (message: Bearing) => {
      this.#conversation.send(text, message);
      this.#field.show('');
    };
    if (hasFiles) this.#chat.uploads?.depart(place, (files) => send({ ...bearing, files }));
    else send(bearing);
    this.#field.release(hasFiles);
    if (!here?.isDeparting) this.#field.onsend();
  }

  /** Takes away what was done, and leaves what was typed behind it. */
  #take(done: string): void {
    if (!this.#written.startsWith(done)) return;
    const rest = this.#written.slice(done.length).trim();
    this.#field.show(rest);
    const { place } = this.#conversation;
    if (rest) this.#chat.drafts.set(place, rest);
    else this.#chat.drafts.delete(place);
  }
}
