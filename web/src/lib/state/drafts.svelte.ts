import { SvelteMap } from 'svelte/reactivity';
import type { Message } from '../../generated/contract';
import type { Tabs } from './tabs';

/** Written to disk, and told to other tabs, when the writer pauses this long. */
const CALM_MS = 300;

/** What somebody was writing, and what it answers. */
export interface Draft {
  userId: string;
  /** The room; of a thread the place that `placeOf` names. */
  roomId: string;
  content: string;
  replyTo: Message | null;
}

export interface DraftStore {
  load(userId: string): Promise<Draft[]>;
  save(draft: Draft): Promise<void>;
  remove(userId: string, roomId: string): Promise<void>;
  /** Keeps changes at once, for a page that may be gone before they are saved; none when they are. */
  bridge(userId: string, changes: readonly DraftNews[]): void;
}

/** The draft of a room as another tab has it now; null when it was sent or emptied. */
export interface DraftNews {
  roomId: string;
  draft: Draft | null;
}

/** What is being written, room by room: kept over reloads, and the same in all tabs. Reactive. */
export class Drafts {
  readonly #drafts = new SvelteMap<string, Draft>();
  readonly #userId: string;
  readonly #store: DraftStore;
  readonly #tabs: Tabs<DraftNews>;
  /** Rooms whose draft is not written yet, and when it will be. */
  readonly #unwritten = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(userId: string, store: DraftStore, tabs: Tabs<DraftNews>) {
    this.#userId = userId;
    this.#store = store;
    this.#tabs = tabs;
    tabs.hear(({ roomId, draft }) => {
      this.#drop(roomId);
      if (draft) this.#drafts.set(roomId, draft);
      else this.#drafts.delete(roomId);
    });
    addEventListener('pagehide', this.#flush);
    document.addEventListener('visibilitychange', this.#flush);
  }

  async restore(): Promise<void> {
    const kept = await this.#store.load(this.#userId).catch(() => []);
    for (const draft of kept) {
      if (!this.#drafts.has(draft.roomId)) this.#drafts.set(draft.roomId, draft);
    }
  }

  stop(): void {
    this.#flush();
    removeEventListener('pagehide', this.#flush);
    document.removeEventListener('visibilitychange', this.#flush);
    this.#tabs.close();
  }

  /** Whether there is something that is worth a mark. */
  has(roomId: string): boolean {
    const draft = this.#drafts.get(roomId);
    return draft !== undefined && (draft.content.trim() !== '' || draft.replyTo !== null);
  }

  get(roomId: string): string | undefined {
    return this.#drafts.get(roomId)?.content;
  }

  replyTo(roomId: string): Message | null {
    return this.#drafts.get(roomId)?.replyTo ?? null;
  }

  set(roomId: string, content: string): void {
    this.#change(roomId, { content });
  }

  reply(roomId: string, replyTo: Message | null): void {
    this.#change(roomId, { replyTo });
  }

  /** It was sent, or is about nothing any more. */
  delete(roomId: string): void {
    if (this.#drafts.delete(roomId)) void this.#write(roomId);
  }

  /** Forgets what the user wrote, as at a log out on purpose. */
  clear(): void {
    for (const roomId of [...this.#drafts.keys()]) this.delete(roomId);
  }

  #change(roomId: string, changes: Partial<Draft>): void {
    const known = this.#drafts.get(roomId);
    const before = known ?? { userId: this.#userId, roomId, content: '', replyTo: null };
    const draft = { ...before, ...changes };
    const isEmpty = draft.content === '' && !draft.replyTo;
    if (isEmpty && !known) return;
    if (isEmpty) this.#drafts.delete(roomId);
    else this.#drafts.set(roomId, draft);
    this.#drop(roomId);
    this.#unwritten.set(
      roomId,
      setTimeout(() => void this.#write(roomId), CALM_MS),
    );
  }

  async #write(roomId: string): Promise<void> {
    const timer = this.#unwritten.get(roomId);
    clearTimeout(timer);
    const draft = this.#drafts.get(roomId) ?? null;
    this.#tabs.tell({ roomId, draft });
    try {
      if (draft) await this.#store.save(draft);
      else await this.#store.remove(this.#userId, roomId);
    } catch {
      // Without a disk a draft lasts as long as its tab.
    }
    // A page that goes away while it is written gives it up.
    if (this.#unwritten.get(roomId) === timer) this.#drop(roomId);
  }

  #drop(roomId: string): void {
    clearTimeout(this.#unwritten.get(roomId));
    this.#unwritten.delete(roomId);
  }

  /** The page may not come back. */
  readonly #flush = () => {
    const rooms = [...this.#unwritten.keys()];
    if (rooms.length === 0) return;
    const changes = rooms.map((roomId) => ({ roomId, draft: this.#drafts.get(roomId) ?? null }));
    this.#store.bridge(this.#userId, changes);
    void Promise.all(rooms.map((roomId) => this.#write(roomId))).then(() =>
      this.#store.bridge(this.#userId, []),
    );
  };
}
