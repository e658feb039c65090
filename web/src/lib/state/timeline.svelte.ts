import { SvelteMap } from 'svelte/reactivity';
import type {
  Message,
  MessageDeleted,
  MessageReacted,
  ReadHistory,
  ReadHistoryAck,
  StreamFed,
} from '../../generated/contract';
import { furthest, Growth } from './growth';
import { reacted, tombstone, withMine } from './message-changes';

/** Messages of a page of history. */
export const PAGE = 60;
/** More is not kept of a room that is shown: whoever scrolls back loads it again. */
export const MOST_SHOWN = 600;
/** More is not kept of a room that is not shown. */
const MOST_RESTING = 2 * PAGE;

export type TimelineStatus = 'empty' | 'loading' | 'ready' | 'failed';
export type AskHistory = (question: Omit<ReadHistory, 'roomId'>) => Promise<ReadHistoryAck>;

/** A change of one message, for a message that may not be loaded. */
interface Change {
  seq: number;
  rev: number;
  apply: (message: Message) => Message;
}

/**
 * The loaded stretch of one room's messages: without holes, ordered by `seq`, each in its newest
 * known `rev`. Changes outside the stretch are left to the page that will load them.
 */
export class Timeline {
  messages = $state.raw<readonly Message[]>([]);
  status = $state<TimelineStatus>('empty');
  /** Whether the room's first message is loaded. */
  atStart = $state(false);
  /** Whether the newest message is loaded, so that new ones are appended. */
  atEnd = $state(true);
  isLoadingOlder = $state(false);
  /** Grows when another stretch takes this one's place: positions in it mean nothing any more. */
  opened = $state(0);
  /** What the reader looks at, away from the newest messages. */
  readingSeq: number | undefined;

  /** Messages that others answer and that may lie outside the stretch; null for those that are gone. */
  readonly originals = new SvelteMap<string, Message | null>();

  readonly #myId: string;
  readonly #ask: AskHistory;
  readonly #learn: (messages: readonly Message[]) => void;
  readonly #isFirst: (message: Message) => boolean;
  /** Loads under way, and what was heard meanwhile: a page may be older than an event. */
  #loads = 0;
  #heard: Change[] = [];
  #heardNew: Message[] = [];
  #isLoadingNewer = false;
  #isShown = false;
  readonly #growth = new Growth();
  #growing: number | undefined;
  /** Grows when the stretch is replaced: a page asked for before does not fit any more. */
  #generation = 0;

  /** `isFirst` knows the message before which there is none. */
  constructor(
    myId: string,
    ask: AskHistory,
    learn: (messages: readonly Message[]) => void,
    isFirst: (message: Message) => boolean = ({ seq }) => seq === 1,
  ) {
    this.#myId = myId;
    this.#ask = ask;
    this.#learn = learn;
    this.#isFirst = isFirst;
  }

  find(messageId: string): Message | undefined {
    return this.messages.find((message) => message.id === messageId);
  }

  includes(seq: number): boolean {
    return this.#indexOf(seq) !== null;
  }

  /** Whether a place lies within the stretch, whatever is there. */
  covers(seq: number): boolean {
    const [first, last] = [this.messages[0]?.seq ?? 0, this.messages.at(-1)?.seq ?? 0];
    return (this.atStart || seq >= first) && (this.atEnd || seq <= last);
  }

  /**
   * Loads the newest messages, or those around one. Keeps what is shown until they are there, and when
   * they cannot be had, which is told by `false`.
   */
  async open(around?: number): Promise<boolean> {
    this.#generation += 1;
    if (this.status !== 'ready') this.status = 'loading';
    const isDone = await this.#load(around === undefined ? {} : { around }, (page) => {
      this.messages = page.messages;
      const [first] = page.messages;
      this.atStart = !first || this.#isFirst(first);
      this.atEnd = around === undefined || !page.hasMore;
      this.status = 'ready';
      this.opened += 1;
    });
    if (!isDone && this.status === 'loading') this.status = 'failed';
    return isDone;
  }

  /** Loads what the reader looks at anew: too much has changed for telling it one by one. */
  async reload(): Promise<void> {
    this.originals.clear();
    // What is shown has a hole that nobody will fill.
    if (!(await this.open(this.readingSeq))) this.status = 'failed';
  }

  /** Scrolling up asks for this again and again, so that a failure needs no care. */
  async loadOlder(): Promise<void> {
    const before = this.messages[0]?.seq;
    if (before === undefined || this.atStart || this.isLoadingOlder) return;
    this.isLoadingOlder = true;
    await this.#load({ before }, (page) => {
      if (this.messages[0]?.seq !== before) return;
      this.messages = [...page.messages, ...this.messages];
      this.atStart = !page.hasMore;
    });
    this.isLoadingOlder = false;
  }

  async loadNewer(): Promise<void> {
    const after = this.messages.at(-1)?.seq;
    if (after === undefined || this.atEnd || this.#isLoadingNewer) return;
    this.#isLoadingNewer = true;
    await this.#load({ after }, (page) => {
      if (this.messages.at(-1)?.seq !== after) return;
      this.messages = [...this.messages, ...page.messages];
      this.atEnd = !page.hasMore;
    });
    this.#isLoadingNewer = false;
  }

  /** Adds the next part of a message that is being written; at most once for each frame. */
  grow(chunk: StreamFed): void {
    // Whoever opens the room has all of it from the page.
    if (this.status === 'empty') return;
    this.#growth.keep(chunk);
    this.#growSoon();
  }

  #growSoon(): void {
    this.#growing ??= requestAnimationFrame(() => {
      this.#growing = undefined;
      this.messages = this.#growth.applyTo(this.messages, (seq) => void this.#lookUp(seq));
    });
  }

  /** A part is missing: the message is asked for as it is now. */
  async #lookUp(seq: number): Promise<void> {
    const page = await this.#ask({ around: seq, limit: 1 }).catch(() => null);
    page?.messages.forEach((message) => this.receive(message));
  }

  /** Lets go of what is too much, at the end that the reader is far from. */
  trim(end: 'older' | 'newer', most = MOST_SHOWN): void {
    if (this.messages.length <= most) return;
    if (end === 'older') {
      this.messages = this.messages.slice(-most);
      this.atStart = false;
    } else {
      this.messages = this.messages.slice(0, most);
      this.atEnd = false;
    }
  }

  /** Lets go of everything, as of old history that nobody looks at. */
  forget(): void {
    this.#generation += 1;
    this.messages = [];
    this.originals.clear();
    this.atEnd = true;
    this.status = 'empty';
  }

  /** Somebody looks at it, and trims it where it is not seen; until the function is called. */
  show(): () => void {
    this.#isShown = true;
    return () => {
      this.#isShown = false;
      this.readingSeq = undefined;
      if (this.atEnd) this.trim('older', MOST_RESTING);
      else if (this.status === 'ready') this.forget();
    };
  }

  /** A message that is new, or has changed. */
  receive(message: Message): void {
    this.#learn([message]);
    if (message.stream) this.#growth.meet(message, () => this.#growSoon());
    if (this.#isNewer(message)) this.originals.set(message.id, message);
    const change = { seq: message.seq, rev: message.rev, apply: () => message };
    if (this.#change(change)) return;
    if (this.#loads > 0) this.#heardNew.push(message);
    this.#insert(message);
  }

  remove({ messageId, seq, rev }: MessageDeleted): void {
    const original = this.originals.get(messageId);
    if (original) this.originals.set(messageId, tombstone(original, rev));
    this.#hear({ seq, rev, apply: (message) => tombstone(message, rev) });
  }

  /** Everything before a message was removed: its time was over. */
  expire(before: number): void {
    for (const [id, original] of this.originals) {
      if (original && original.seq < before) this.originals.set(id, null);
    }
    const kept = this.messages.filter(({ seq }) => seq >= before);
    if (kept.length === this.messages.length) return;
    this.messages = kept;
    if (kept.length === 0 && !this.atEnd) {
      // Nothing is left from which the rest could be reached.
      this.status = 'loading';
      return void this.open();
    }
    // What is left begins where the room begins now.
    this.atStart = true;
  }

  react(event: MessageReacted): void {
    const { seq, rev } = event;
    this.#hear({ seq, rev, apply: (message) => reacted(message, event, this.#myId) });
  }

  /** The reader keeps a message for later, or no more. */
  save(messageId: string, saved: boolean): void {
    if (!this.find(messageId)) return;
    this.messages = this.messages.map((message) =>
      message.id === messageId ? { ...message, saved } : message,
    );
  }

  #isNewer({ id, rev }: Message): boolean {
    const known = this.originals.get(id);
    return known !== undefined && rev > (known?.rev ?? 0);
  }

  /** Everything that changed while the client was away. */
  catchUp(messages: readonly Message[]): void {
    for (const message of [...messages].sort((a, b) => a.seq - b.seq)) this.receive(message);
  }

  /**
   * Asks for a page and merges it, unless the stretch was replaced meanwhile. False when the server
   * did not answer.
   */
  async #load(
    question: Omit<ReadHistory, 'roomId'>,
    merge: (page: ReadHistoryAck) => void,
  ): Promise<boolean> {
    const generation = this.#generation;
    this.#loads += 1;
    try {
      const page = await this.#ask({ ...question, limit: PAGE });
      if (generation === this.#generation) {
        this.#learn(page.messages);
        const messages = page.messages.map((message) => withMine(message, this.#myId));
        merge({ ...page, messages });
        messages.forEach((message) => this.#growth.meet(message, () => this.#growSoon()));
        this.#replay();
      }
      return true;
    } catch {
      return generation !== this.#generation;
    } finally {
      this.#loads -= 1;
      // When no page is under way, nobody needs what was kept for it.
      if (this.#loads === 0) [this.#heardNew, this.#heard] = [[], []];
    }
  }

  #hear(change: Change): void {
    if (!this.#change(change) && this.#loads > 0) this.#heard.push(change);
  }

  /** What was heard while a page was under way, applied to the page. */
  #replay(): void {
    for (const message of this.#heardNew) {
      const change = { seq: message.seq, rev: message.rev, apply: () => message };
      if (!this.#change(change)) this.#insert(message);
    }
    for (const change of this.#heard) this.#change(change);
  }

  /** True when the message is loaded, whether or not the change was newer. */
  #change({ seq, rev, apply }: Change): boolean {
    const index = this.#indexOf(seq);
    if (index === null) return false;
    const known = this.messages[index] as Message;
    const next = rev < known.rev ? known : furthest(apply(known), known);
    if (next !== known)
      this.messages = this.messages.with(index, withMine(next, this.#myId, known));
    return true;
  }

  #insert(message: Message): void {
    const last = this.messages.at(-1);
    const first = this.messages[0];
    if (!last || !first) {
      if (this.status === 'ready' && this.atEnd) this.messages = [withMine(message, this.#myId)];
    } else if (message.seq > last.seq) {
      if (!this.atEnd) return;
      this.messages = [...this.messages, withMine(message, this.#myId)];
      if (!this.#isShown && this.messages.length > 2 * MOST_RESTING) {
        this.trim('older', MOST_RESTING);
      }
    } else if (message.seq > first.seq) {
      const index = this.messages.findIndex((other) => other.seq > message.seq);
      this.messages = this.messages.toSpliced(index, 0, withMine(message, this.#myId));
    }
  }

  #indexOf(seq: number): number | null {
    let low = 0;
    let high = this.messages.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.messages[middle]?.seq ?? 0;
      if (found === seq) return middle;
      if (found < seq) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }
}
