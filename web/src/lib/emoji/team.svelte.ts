import type { ServerEvents, TeamEmoji } from '../../generated/contract';
import { API } from '../base';
import type { Chat } from '../state/chat.svelte';
import { kept } from '../text/markdown';
import { shortcodes } from '../text/shortcodes';

type News =
  | ServerEvents['emoji:updated']
  | ServerEvents['emoji:removed']
  | Pick<ServerEvents['ready'], 'emojiRev' | 'epoch'>;

const CODE = /^:(.+):$/;

/** The team's own emoji. Loaded once there are any, and kept as the server has them. */
class Team {
  all = $state.raw<readonly TeamEmoji[]>([]);
  readonly #byName = $derived(new Map(this.all.map((emoji) => [emoji.name, emoji])));
  #epoch = '';
  #rev = -1;

  named(name: string): TeamEmoji | undefined {
    return this.#byName.get(name);
  }

  /** The one that `:name:` stands for. Reactive. */
  find(code: string): TeamEmoji | undefined {
    return this.named(CODE.exec(code)?.[1] ?? '');
  }

  /** Keeps them as the server has them, until the function is called. */
  follow(chat: Chat): () => void {
    const hear = (news: News) => void this.hear(chat, news);
    // What the connection began with has been told.
    hear({ epoch: chat.epoch ?? '', emojiRev: chat.emojiRev });
    return chat.connection.follow({
      // Commands are possible only after every listener of `ready` was called.
      ready: (told) => queueMicrotask(() => hear(told)),
      'emoji:updated': hear,
      'emoji:removed': hear,
    });
  }

  /** A connection has begun, or one of them has changed. */
  async hear(chat: Chat, news: News): Promise<void> {
    if ('epoch' in news) {
      if (news.epoch !== this.#epoch) this.#rev = -1;
      this.#epoch = news.epoch;
      if (news.emojiRev === this.#rev) return;
      if (news.emojiRev === 0) return this.#become([], 0);
    } else if (news.rev === this.#rev + 1) {
      const id = 'emoji' in news ? news.emoji.id : news.emojiId;
      const others = this.all.filter((emoji) => emoji.id !== id);
      return this.#become('emoji' in news ? [...others, news.emoji] : others, news.rev);
    } else if (news.rev <= this.#rev) return;
    await this.load(chat);
  }

  /** As the server has them now. Without a connection, the next one brings them. */
  async load(chat: Chat): Promise<void> {
    const answer = await chat.connection.request('emoji:list', {}).catch(() => undefined);
    // What was told while the list was on its way may be newer.
    if (answer && answer.rev >= this.#rev) await this.#become(answer.emoji, answer.rev);
  }

  async #become(all: readonly TeamEmoji[], rev: number): Promise<void> {
    this.#rev = rev;
    this.all = all.toSorted((one, other) => one.name.localeCompare(other.name));
    if (!shortcodes.current) return;
    const { drawing } = await import('../text/shortcode-drawing');
    const drawn = await drawing();
    kept.clear();
    shortcodes.current = drawn;
  }
}

export const team = new Team();

/** Where its image is to be had. Whoever prefers less motion gets one that stands still. */
export function imageOf({ id, animated }: TeamEmoji): string {
  const isCalm = animated && matchMedia('(prefers-reduced-motion: reduce)').matches;
  return `${API}/files/${id}/emoji${isCalm ? '?size=small' : ''}`;
}
