import { SvelteMap } from 'svelte/reactivity';
import type { FollowedThread, Message, ThreadUpdated } from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { PagedList } from './paged-list.svelte';

const PAGE = 30;
/** As many unread threads are known from the start. */
const MOST_UNREAD = 200;

/** The threads that the user takes part in, and what is unread in each. */
export class Threads {
  readonly list: PagedList<FollowedThread>;
  unreadOnly = $state(false);
  /** Unread replies, by the thread's first message. */
  readonly #unread = new SvelteMap<string, number>();
  readonly #chat: Chat;
  #isShown = false;

  constructor(chat: Chat) {
    this.#chat = chat;
    this.list = new PagedList(
      (cursor) => this.#ask(cursor),
      ({ root }) => root.id,
    );
    chat.connection.follow({
      // Commands are possible only after every listener of `ready` was called.
      ready: () => queueMicrotask(() => this.#restart()),
      'message:new': ({ message }) => this.hear(message),
      'message:updated': ({ message }) => this.renew(message),
      'message:deleted': ({ messageId }) => this.#reloadWith(messageId),
      'messages:expired': () => this.#restart(),
      'thread:updated': (event) => this.update(event),
      'notification:withdrawn': ({ roomId }) => {
        if (roomId) this.list.apply((all) => all.filter(({ room }) => room.id !== roomId));
      },
    });
    void this.#learnUnread();
  }

  /** How many replies of a thread are unread. Reactive. */
  unreadIn(rootId: string): number {
    return this.#unread.get(rootId) ?? 0;
  }

  /** Somebody looks at the list. */
  open(): void {
    this.#isShown = true;
    void this.list.open();
  }

  async show(unreadOnly: boolean): Promise<void> {
    this.unreadOnly = unreadOnly;
    await this.list.restart();
  }

  /** A reply puts its thread on top. */
  hear(reply: Message): void {
    const { threadRoot } = reply;
    if (!threadRoot) return;
    this.list.apply((all) => {
      const thread = all.find(({ root }) => root.id === threadRoot);
      if (!thread || (thread.lastReply?.seq ?? 0) >= reply.seq) return all;
      return [{ ...thread, lastReply: reply }, ...all.filter((one) => one !== thread)];
    });
  }

  /** A message that is shown here has changed. */
  renew(message: Message): void {
    const isNewer = (known?: Message) => known?.id === message.id && known.rev < message.rev;
    if (!this.list.items.some(({ root, lastReply }) => isNewer(root) || isNewer(lastReply))) return;
    this.list.apply((all) =>
      all.map((one) => ({
        ...one,
        root: isNewer(one.root) ? message : one.root,
        ...(isNewer(one.lastReply) ? { lastReply: message } : {}),
      })),
    );
  }

  update({ messageId, following, readSeq, unread }: ThreadUpdated): void {
    this.#unread.set(messageId, following ? unread : 0);
    const isListed = this.list.items.some(({ root }) => root.id === messageId);
    if (following && !isListed) {
      if (this.#isShown) void this.list.load();
      return;
    }
    this.list.apply((all) =>
      all.flatMap((one) => {
        if (one.root.id !== messageId) return [one];
        return following ? [{ ...one, following, readSeq, unread }] : [];
      }),
    );
  }

  #reloadWith(messageId: string): void {
    const isShown = ({ root, lastReply }: FollowedThread) =>
      root.id === messageId || lastReply?.id === messageId;
    if (this.list.items.some(isShown)) void this.list.load();
  }

  #restart(): void {
    void this.#learnUnread();
    if (this.#isShown) void this.list.load();
  }

  /** What is unread now; events tell from then on. */
  async #learnUnread(): Promise<void> {
    if (!this.#chat.connection.isOpen) return;
    try {
      const question = { unreadOnly: true, limit: MOST_UNREAD };
      const { threads } = await this.#chat.connection.request('threads:list', question);
      this.#unread.clear();
      for (const { root, unread } of threads) this.#unread.set(root.id, unread);
    } catch {
      // The next connection asks again.
    }
  }

  async #ask(cursor?: string) {
    const { threads, cursor: next } = await this.#chat.connection.request('threads:list', {
      limit: PAGE,
      unreadOnly: this.unreadOnly,
      ...(cursor ? { cursor } : {}),
    });
    for (const { root, lastReply, unread } of threads) {
      this.#chat.meet(lastReply ? [root, lastReply] : [root]);
      this.#unread.set(root.id, unread);
    }
    return { items: threads, cursor: next };
  }
}

const known = new WeakMap<Chat, Threads>();

/** The threads of whoever is logged in. */
export function threadsOf(chat: Chat): Threads {
  let threads = known.get(chat);
  if (!threads) {
    threads = new Threads(chat);
    known.set(chat, threads);
  }
  return threads;
}
