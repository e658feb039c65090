import type { Message, Reminder, SavedMessage } from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { PagedList } from './paged-list.svelte';
import { toasts } from './toasts.svelte';

const PAGE = 40;

/** What somebody keeps for later: messages, and what they want to be reminded of. */
export class Saved {
  readonly messages: PagedList<SavedMessage>;
  readonly reminders: PagedList<Reminder>;
  /** Which of the two is looked at. */
  part = $state<'messages' | 'reminders'>('messages');
  readonly #chat: Chat;

  constructor(chat: Chat) {
    this.#chat = chat;
    this.messages = new PagedList(
      (cursor) => this.#askMessages(cursor),
      ({ message }) => message.id,
    );
    this.reminders = new PagedList(
      (cursor) => this.#askReminders(cursor),
      ({ id }) => id,
    );
    chat.connection.follow({
      ready: () => queueMicrotask(() => void this.load()),
      'message:saved': ({ messageId, on }) => this.#heardSaved(messageId, on),
      'message:updated': ({ message }) => this.#renew(message),
      'message:deleted': ({ messageId }) => this.#drop(messageId),
      'messages:expired': () => void this.messages.load(),
      // What was told is open no more; another device may have set one.
      notification: ({ type }) => type === 'reminder' && void this.reminders.load(),
    });
  }

  async load(): Promise<void> {
    await Promise.all([this.messages.load(), this.reminders.load()]);
  }

  async cancel({ id: reminderId }: Reminder): Promise<void> {
    const isDone = await toasts.attempt(() =>
      this.#chat.connection.request('reminder:delete', { reminderId }),
    );
    if (isDone) this.reminders.apply((items) => items.filter(({ id }) => id !== reminderId));
  }

  #heardSaved(messageId: string, on: boolean): void {
    if (!on) this.#drop(messageId);
    else if (!this.messages.items.some(({ message }) => message.id === messageId)) {
      // Only the server knows the whole message, and its room.
      void this.messages.load();
    }
  }

  #renew(message: Message): void {
    this.messages.apply((items) =>
      items.map((item) =>
        item.message.id === message.id && item.message.rev < message.rev
          ? { ...item, message: { ...message, saved: true } }
          : item,
      ),
    );
  }

  #drop(messageId: string): void {
    this.messages.apply((items) => items.filter(({ message }) => message.id !== messageId));
  }

  async #askMessages(cursor?: string) {
    const answer = await this.#chat.connection.request('messages:saved', {
      ...{ limit: PAGE },
      ...(cursor ? { cursor } : {}),
    });
    this.#chat.people.learnFrom(answer.messages.map(({ message }) => message));
    return { items: answer.messages, cursor: answer.cursor };
  }

  async #askReminders(cursor?: string) {
    const answer = await this.#chat.connection.request('reminder:list', {
      ...{ limit: PAGE },
      ...(cursor ? { cursor } : {}),
    });
    return { items: answer.reminders, cursor: answer.cursor };
  }
}

const all = new WeakMap<Chat, Saved>();

/** What whoever is logged in keeps for later. */
export function savedOf(chat: Chat): Saved {
  const saved = all.get(chat) ?? new Saved(chat);
  all.set(chat, saved);
  return saved;
}
