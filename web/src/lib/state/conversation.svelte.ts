import type { Message, RoomSummary, UserRef } from '../../generated/contract';
import { normalEmoji } from '../emoji/normal';
import { RequestFailure } from '../failure';
import { onDemand } from '../on-demand';
import { editPlace, placeOf } from '../place';
import { looksAfter, mayPin, moderates } from '../roles';
import type { Chat } from './chat.svelte';
import { bearingOf, type Bearing, type Outgoing } from './outgoing';
import { panel } from './panel.svelte';
import { roomPath } from './router.svelte';
import type { Timeline } from './timeline.svelte';
import { toasts } from './toasts.svelte';

export interface MessageMenu {
  kind: 'react' | 'more' | 'emoji' | 'readers' | 'remind';
  message: Message;
  anchor: HTMLElement;
}

/** Somebody whom the user wants to know more of. */
export interface OpenCard {
  user: UserRef;
  anchor: HTMLElement;
}

/** A thread that is talked in, by its first message. */
export interface ThreadPlace {
  rootId: string;
  timeline: Timeline;
}

/** What the user is about to do in a room, or in one of its threads. */
export class Conversation {
  editingId = $state<string | null>(null);
  /** Grows each time somebody wants to edit, so that an editor that is open takes the focus. */
  edits = $state(0);
  /** The newest message, which is to be edited as soon as the server has it. */
  awaitedId = $state<string | null>(null);
  /** Where the edit was begun, and the focus goes back to. */
  editedFrom: 'list' | 'composer' = 'list';
  menu = $state.raw<MessageMenu | null>(null);
  card = $state.raw<OpenCard | null>(null);
  /** Text that the composer is to take in at its cursor. */
  insertion = $state.raw<{ text: string } | null>(null);
  /** The room is in slow mode, and the user has just written something. */
  isHeld = $state(false);
  /** What is sent into a thread goes to its room as well. */
  alsoInRoom = $state(false);

  readonly #asked = new Set<string>();
  readonly chat: Chat;
  readonly roomId: string;
  readonly threadRoot: string | undefined;
  readonly timeline: Timeline;
  /** By which drafts and typing know it. */
  readonly place: string;

  constructor(chat: Chat, roomId: string, thread?: ThreadPlace) {
    this.chat = chat;
    this.roomId = roomId;
    this.threadRoot = thread?.rootId;
    this.timeline = thread?.timeline ?? chat.timeline(roomId);
    this.place = placeOf(roomId, thread?.rootId);
  }

  /** The message that is answered; kept with the draft. */
  get replyingTo(): Message | null {
    const kept = this.chat.drafts.replyTo(this.place);
    // It may have changed since the reply was begun.
    return kept && (this.original(kept.id) ?? kept);
  }

  set replyingTo(message: Message | null) {
    this.chat.drafts.reply(this.place, message);
  }

  get room(): RoomSummary | undefined {
    return this.chat.rooms.find(this.roomId);
  }

  /** The message that another answers: undefined until it is known, null when it is not there. */
  original(messageId: string): Message | null | undefined {
    return this.timeline.find(messageId) ?? this.timeline.originals.get(messageId);
  }

  /** Asks for an answered message that is not loaded. */
  async lookUp(messageId: string): Promise<void> {
    if (this.#asked.has(messageId)) return;
    this.#asked.add(messageId);
    const { originals } = this.timeline;
    try {
      originals.set(messageId, await this.chat.messageOf(this.roomId, messageId));
    } catch (error) {
      const isGone = error instanceof RequestFailure && error.code === 'not_found';
      if (isGone) originals.set(messageId, null);
    } finally {
      this.#asked.delete(messageId);
    }
  }

  mention({ username = '' }: UserRef): void {
    this.insertion = { text: `@${username} ` };
  }

  /** What is on its way here. Reactive. */
  get outgoing(): Outgoing[] {
    return this.chat.outbox.in(this.roomId, this.threadRoot);
  }

  /** For `typing:start` and `typing:stop`. */
  get where(): { roomId: string; threadRoot?: string } {
    const { roomId, threadRoot } = this;
    return threadRoot ? { roomId, threadRoot } : { roomId };
  }

  /** What is written now is about this. */
  get bearing(): Bearing {
    const { threadRoot, alsoInRoom } = this;
    return bearingOf({ replyTo: this.replyingTo?.id, threadRoot, alsoInRoom });
  }

  /** Sends what was written. A reply that was begun since then is about what comes next. */
  send(content: string, bearing: Bearing): void {
    const { replyingTo } = this;
    this.chat.outbox.add(this.roomId, content, bearing);
    // The message itself tells others that typing is over.
    this.chat.typing.forget();
    this.chat.drafts.delete(this.place);
    if (replyingTo?.id !== bearing.replyTo) this.replyingTo = replyingTo;
    this.alsoInRoom = false;
  }

  /** Opens the thread that a message is in, or begins; at the reply with `seq`. */
  openThread({ id, roomId, threadRoot }: Message, seq?: number): void {
    const rootId = threadRoot ?? id;
    // What was found, or listed, beside the room is there again afterwards.
    const from = panel.shows('thread') ? panel.from : panel.current;
    panel.open({ name: 'thread', roomId, rootId, ...(seq ? { seq } : {}) }, from);
  }

  /** From this message on everything is unread again. */
  async markUnread({ roomId, seq }: Message): Promise<void> {
    await toasts.attempt(() => this.chat.connection.request('message:unread', { roomId, seq }));
  }

  isMine(message: Message): boolean {
    return message.user.id === this.chat.me.id;
  }

  mayDelete(message: Message): boolean {
    const isKeeper = this.room !== undefined && moderates(this.room, this.chat.me);
    return message.kind !== 'system' && (this.isMine(message) || isKeeper);
  }

  mayEdit(message: Message): boolean {
    const isThere = message.kind === 'text' && !message.deleted && !message.hidden;
    return isThere && this.isMine(message) && this.mayPin(message);
  }

  mayPin(message: Message): boolean {
    return this.room !== undefined && mayPin(this.room, this.chat.me, message);
  }

  mayHide(message: Message): boolean {
    const { room } = this;
    return message.kind !== 'system' && room !== undefined && looksAfter(room, this.chat.me);
  }

  mayReport(message: Message): boolean {
    return message.kind !== 'system' && !this.isMine(message);
  }

  reply(message: Message): void {
    this.editingId = null;
    this.replyingTo = message;
  }

  edit(message: Message, from: 'list' | 'composer' = 'list'): void {
    this.editingId = message.id;
    this.editedFrom = from;
    this.edits += 1;
  }

  /** Opens the editor on the last message that is the user's own; on one that is on its way once it has arrived. */
  editLast(): boolean {
    const underWay = this.outgoing.findLast(({ state }) => state !== 'failed');
    this.awaitedId = underWay?.clientMessageId ?? null;
    if (underWay) return true;
    const last = this.timeline.messages.findLast((message) => this.mayEdit(message));
    if (last) this.edit(last, 'composer');
    return last !== undefined;
  }

  /** Opens the editor that waits for its message, if that has arrived. Reactive. */
  editAwaited(): void {
    const { awaitedId } = this;
    const isIt = (one: { clientMessageId?: string }) => one.clientMessageId === awaitedId;
    if (!awaitedId || this.outgoing.some((one) => isIt(one) && one.state !== 'failed')) return;
    this.awaitedId = null;
    const arrived = this.timeline.messages.findLast(isIt);
    if (arrived && this.mayEdit(arrived)) this.edit(arrived, 'composer');
  }

  /** Goes on with an edit that a reload broke off. */
  resumeEdit(): void {
    const { drafts } = this.chat;
    const begun = this.timeline.messages.findLast((message) => {
      const written = drafts.get(editPlace(message.id));
      return written !== undefined && written !== message.content && this.mayEdit(message);
    });
    if (begun && !this.editingId) this.edit(begun);
  }

  /** The editor of a message closes, and what was written in it is not kept. */
  endEdit({ id }: Message): void {
    this.chat.drafts.delete(editPlace(id));
    if (this.editingId === id) this.editingId = null;
  }

  async react(message: Message, picked: string): Promise<void> {
    const emoji = normalEmoji(picked);
    const isOn = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine);
    if (!isOn) {
      void onDemand(() => import('../emoji/favourites')).then(({ useEmoji }) => useEmoji(emoji));
    }
    await toasts.attempt(() =>
      this.chat.connection.request('message:react', { messageId: message.id, emoji, on: !isOn }),
    );
  }

  link(message: Message): string {
    return location.origin + roomPath(message.roomId, message.seq);
  }
}
