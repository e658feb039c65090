import type { Message, ThreadState } from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { PAGE, Timeline } from './timeline.svelte';

/** One thread: its first message, the replies, and how the user stands to it. */
export class Thread {
  readonly timeline: Timeline;
  readonly roomId: string;
  readonly rootId: string;
  /** Undefined until loaded. */
  standing = $state.raw<ThreadState>();
  /** Where reading begins; the divider stays there. */
  firstUnreadSeq = $state<number | null>(null);

  readonly root = $derived.by(() => this.timeline.find(this.rootId));

  readonly #chat: Chat;
  readonly #unfollow: () => void;

  constructor(chat: Chat, roomId: string, rootId: string) {
    this.#chat = chat;
    this.roomId = roomId;
    this.rootId = rootId;
    this.timeline = new Timeline(
      chat.me.id,
      async (question) => {
        const payload = { roomId, threadRoot: rootId, ...question };
        const page = await chat.connection.request('messages:history', payload);
        if (page.thread) this.standing = page.thread;
        return page;
      },
      (messages) => chat.meet(messages),
      ({ id }) => id === rootId,
    );
    const hear = ({ message }: { message: Message }) => this.receive(message);
    const catchUp = (event: { roomId: string; messages: Message[]; complete: boolean }) => {
      if (event.roomId !== roomId || this.timeline.status !== 'ready') return;
      if (event.complete) this.timeline.catchUp(event.messages.filter((one) => this.#holds(one)));
      else void this.timeline.reload();
    };
    chat.threads.add(this.timeline);
    this.#unfollow = chat.connection.follow({
      // Commands are possible only after every listener of `ready` was called.
      ready: () => queueMicrotask(() => void this.#fillGap()),
      sync: catchUp,
      'room:rejoined': ({ room, ...rest }) => catchUp({ roomId: room.id, ...rest }),
      'message:new': hear,
      'message:updated': hear,
      'message:stream:start': hear,
      'message:stream:end': hear,
      'message:stream:error': hear,
      'message:stream:chunk': (event) =>
        this.#mayHold(event.messageId) && this.timeline.grow(event),
      'message:deleted': (event) => event.roomId === roomId && this.timeline.remove(event),
      'messages:expired': (event) => event.roomId === roomId && void this.timeline.reload(),
      'message:reacted': (event) => event.roomId === roomId && this.timeline.react(event),
      'thread:updated': ({ messageId, ...standing }) => {
        if (messageId === rootId) this.standing = standing;
      },
    });
  }

  /** Loads where reading begins: around `seq`, or the first unread reply, or the end. */
  async open(seq?: number): Promise<void> {
    await this.timeline.open(seq);
    const { readSeq = 0, unread = 0 } = this.standing ?? {};
    this.firstUnreadSeq = unread > 0 ? readSeq + 1 : null;
    if (seq !== undefined || this.firstUnreadSeq === null) return;
    if (!this.timeline.covers(this.firstUnreadSeq)) await this.timeline.open(this.firstUnreadSeq);
  }

  receive(message: Message): void {
    if (this.#holds(message)) this.timeline.receive(message);
  }

  async read(seq: number): Promise<void> {
    const { rootId: messageId } = this;
    await this.#chat.connection.request('thread:read', { messageId, seq });
  }

  /** What others reply from then on concerns the user, or does not. */
  async follow(on: boolean): Promise<void> {
    const { rootId: messageId } = this;
    const standing = await this.#chat.connection.request('thread:follow', { messageId, on });
    this.standing = standing;
  }

  close(): void {
    this.#unfollow();
    this.#chat.threads.delete(this.timeline);
  }

  #holds({ id, threadRoot }: Message): boolean {
    return id === this.rootId || threadRoot === this.rootId;
  }

  /** Of what is not loaded yet nobody knows in which thread it is. */
  #mayHold(messageId: string): boolean {
    return this.timeline.status !== 'ready' || this.timeline.find(messageId) !== undefined;
  }

  /** What came while the connection was gone, of a room that may not be loaded itself. */
  async #fillGap(): Promise<void> {
    const { timeline, roomId, rootId: threadRoot } = this;
    if (timeline.status !== 'ready' || !timeline.atEnd) return;
    const last = timeline.messages.at(-1)?.seq ?? 0;
    try {
      const { messages, hasMore, thread } = await this.#chat.connection.request(
        'messages:history',
        { roomId, threadRoot, limit: PAGE },
      );
      if (thread) this.standing = thread;
      if (hasMore && (messages[0]?.seq ?? 0) > last) await timeline.reload();
      else timeline.catchUp(messages);
    } catch {
      // The next connection asks again.
    }
  }
}
