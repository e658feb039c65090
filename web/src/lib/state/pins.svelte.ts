import { untrack } from 'svelte';
import type { Message } from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { PagedList } from './paged-list.svelte';
import { SharedFollowing } from './shared-following';

const PAGE = 50;

/** What is pinned in a room, the last pinned first: loaded and followed while somebody looks at the room. */
export class Pins {
  readonly list: PagedList<Message>;
  readonly roomId: string;
  readonly #chat: Chat;
  readonly #following = new SharedFollowing(() => this.#begin());

  constructor(chat: Chat, roomId: string) {
    this.#chat = chat;
    this.roomId = roomId;
    this.list = new PagedList(
      async (cursor) => {
        const answer = await chat.connection.request('room:pins', {
          ...{ roomId, limit: PAGE },
          ...(cursor ? { cursor } : {}),
        });
        chat.people.learnFrom(answer.messages);
        return { items: answer.messages, cursor: answer.cursor };
      },
      ({ id }) => id,
    );
  }

  /** Keeps the list as the server has it, until the function is called. */
  follow(): () => void {
    return this.#following.follow();
  }

  #begin(): () => void {
    const end = this.#chat.connection.follow({
      ready: () => queueMicrotask(() => void this.list.load()),
      'message:updated': ({ message }) => this.hear(message),
      'message:stream:end': ({ message }) => this.hear(message),
      'message:stream:error': ({ message }) => this.hear(message),
      'message:deleted': ({ messageId }) => this.#drop(messageId),
      'messages:expired': ({ roomId }) => roomId === this.roomId && void this.list.load(),
    });
    // What was pinned while nobody looked was not heard.
    untrack(() => void this.list.load());
    return end;
  }

  /** How many there are, or that there are more than were loaded. */
  get count(): string {
    const { length } = this.list.items;
    return this.list.hasMore ? `${length}+` : String(length);
  }

  hear(message: Message): void {
    if (message.roomId !== this.roomId) return;
    this.list.apply((items) => {
      const place = items.findIndex(({ id }) => id === message.id);
      const known = items[place];
      if (!message.pinned) return known ? items.filter(({ id }) => id !== message.id) : items;
      if (known) return message.rev > known.rev ? items.with(place, message) : items;
      return [message, ...items];
    });
  }

  #drop(messageId: string): void {
    this.list.apply((items) => items.filter(({ id }) => id !== messageId));
  }
}

const all = new WeakMap<Chat, Map<string, Pins>>();

/** What is pinned in one of the rooms of whoever is logged in. */
export function pinsOf(chat: Chat, roomId: string): Pins {
  const known = all.get(chat) ?? new Map<string, Pins>();
  all.set(chat, known);
  const pins = known.get(roomId) ?? new Pins(chat, roomId);
  known.set(roomId, pins);
  return pins;
}
