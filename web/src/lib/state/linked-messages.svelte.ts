import { SvelteMap } from 'svelte/reactivity';
import type { Message } from '../../generated/contract';
import { RequestFailure } from '../failure';
import type { LinkedPlace } from '../text/linked-places';
import type { Chat } from './chat.svelte';
import { tombstone } from './message-changes';

/** Messages that others link to, asked for when one is looked at, and followed from then on. */
export class LinkedMessages {
  readonly #found = new SvelteMap<string, Message | null>();
  readonly #asked = new Set<string>();
  readonly #chat: Chat;

  constructor(chat: Chat) {
    this.#chat = chat;
    const renew = ({ message }: { message: Message }) => this.#renew(message);
    chat.connection.follow({
      // What was missed is not told again: whoever looks asks anew.
      ready: () => this.#asked.clear(),
      'room:rejoined': ({ messages }) => messages.forEach((message) => this.#renew(message)),
      'message:updated': renew,
      'message:stream:end': renew,
      'message:stream:error': renew,
      'message:deleted': (event) => {
        const key = keyOf(event);
        const known = this.#found.get(key);
        if (this.#asked.has(key)) this.#found.set(key, known ? tombstone(known, event.rev) : null);
      },
      'messages:expired': ({ roomId }) => this.#leave(roomId),
      'room:deleted': ({ roomId }) => this.#leave(roomId),
      'room:removed': ({ roomId }) => this.#leave(roomId),
      'member:left': ({ roomId, userId }) => userId === chat.me.id && this.#leave(roomId),
    });
  }

  /** Undefined until it is known; null when there is none, or none that one may see. Reactive. */
  at(place: LinkedPlace): Message | null | undefined {
    return this.#found.get(keyOf(place));
  }

  async lookUp(place: LinkedPlace): Promise<void> {
    const key = keyOf(place);
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    const { roomId, seq } = place;
    const here = this.#chat.timelines.get(roomId)?.messages.find((one) => one.seq === seq);
    if (here) this.#put(key, here);
    try {
      const question = { roomId, around: seq, limit: 1 };
      const { messages } = await this.#chat.connection.request('messages:history', question);
      this.#chat.people.learnFrom(messages);
      this.#put(key, messages.find((one) => one.seq === seq) ?? null);
    } catch (error) {
      const isGone = error instanceof RequestFailure && error.code === 'not_found';
      if (isGone) this.#found.set(key, null);
      else this.#asked.delete(key);
    }
  }

  #renew(message: Message): void {
    const key = keyOf(message);
    if (this.#asked.has(key)) this.#put(key, message);
  }

  /** An answer may be older than what was heard meanwhile. */
  #put(key: string, message: Message | null): void {
    const known = this.#found.get(key);
    if (known === null || (known && message && message.rev < known.rev)) return;
    this.#found.set(key, message);
  }

  #leave(roomId: string): void {
    for (const key of [...this.#asked, ...this.#found.keys()]) {
      if (!key.startsWith(`${roomId}/`)) continue;
      this.#asked.delete(key);
      this.#found.delete(key);
    }
  }
}

function keyOf({ roomId, seq }: LinkedPlace): string {
  return `${roomId}/${seq}`;
}

const all = new WeakMap<Chat, LinkedMessages>();

/** What is linked to in the rooms of whoever is logged in. */
export function linkedMessagesOf(chat: Chat): LinkedMessages {
  const linked = all.get(chat) ?? new LinkedMessages(chat);
  all.set(chat, linked);
  return linked;
}
