import type { IDBPTransaction } from 'idb';
import type { Message, RoomSummary } from '../../generated/contract';
import { whenIdle } from '../when-idle';
import type { Chat } from './chat.svelte';
import { database, type Schema } from './database';
import { type History, MOST_LISTED, MOST_MESSAGES, MOST_ROOMS, type Overview } from './last-known';
import { router } from './router.svelte';
import { HINT } from './session.svelte';
import type { Timeline } from './timeline.svelte';

/** What has changed is looked for this often, and written when the browser has time. */
const CALM_MS = 3000;

const STORES = ['overviews', 'histories', 'outbox', 'drafts'] as const;
type Stores = IDBPTransaction<Schema, typeof STORES, 'readwrite'>;

/**
 * Keeps what its user sees for a start without a network: the list of their rooms, and the newest
 * messages of those that they opened last. Neither a room that they lost nor anything of other
 * users stays.
 */
export class Keeping {
  readonly #chat: Chat;
  readonly #openedAt = new Map<string, number>();
  #openRoom: string | undefined;
  /** What is on disk, by identity: nothing of it is ever changed in place. */
  #overview: readonly unknown[] = [];
  readonly #histories = new Map<string, readonly Message[]>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopWaiting: () => void = () => undefined;
  #isWriting = false;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  /** Until the function is called that it returns. */
  start(): () => void {
    const flush = () => void this.keep();
    const soon = () => {
      this.#stopWaiting();
      this.#stopWaiting = whenIdle(flush);
    };
    this.#timer = setInterval(soon, CALM_MS);
    // The page may not come back.
    document.addEventListener('visibilitychange', flush);
    addEventListener('pagehide', flush);
    soon();
    return () => {
      clearInterval(this.#timer);
      this.#stopWaiting();
      document.removeEventListener('visibilitychange', flush);
      removeEventListener('pagehide', flush);
    };
  }

  /** Writes what has changed. A browser may refuse its disk: then the next start knows nothing. */
  async keep(): Promise<void> {
    this.#noteOpenRoom();
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      await this.#write();
    } catch {
      this.#overview = [];
      this.#histories.clear();
    } finally {
      this.#isWriting = false;
    }
  }

  #noteOpenRoom(): void {
    const { route } = router;
    const roomId = route.page === 'chat' ? route.roomId : undefined;
    if (roomId && roomId !== this.#openRoom) this.#openedAt.set(roomId, Date.now());
    this.#openRoom = roomId;
  }

  async #write(): Promise<void> {
    const disk = await database();
    const { me, epoch, rooms, attention } = this.#chat;
    // After a log out, in whatever tab, nothing is written any more.
    if (!rooms.loaded || !epoch || localStorage.getItem(HINT) !== me.id) return;
    const overview = [me, epoch, rooms.all, attention.preferences, attention.limits];
    const isKnown = overview.every((part, index) => part === this.#overview[index]);
    if (isKnown && this.#changedTimelines().length === 0) return;

    const stores = disk.transaction(STORES, 'readwrite');
    if (this.#overview.length === 0) await this.#takeOver(stores);
    const histories = stores.objectStore('histories');
    void stores.objectStore('overviews').put(overviewOf(this.#chat, epoch));
    for (const [roomId, timeline] of this.#changedTimelines()) {
      const openedAt = this.#openedAt.get(roomId) ?? 0;
      void histories.put(historyOf(this.#chat, epoch, roomId, openedAt, timeline));
      this.#histories.set(roomId, timeline.messages);
    }
    // From the one opened longest ago to the last.
    const keys = await histories.index('opened').getAllKeys();
    const left = keys.filter(([, roomId]) => rooms.find(roomId)).slice(-MOST_ROOMS);
    for (const key of keys) if (!left.includes(key)) void histories.delete(key);
    await stores.done;
    this.#overview = overview;
  }

  /** Learns what earlier pages kept, and removes what other users left here. */
  async #takeOver(stores: Stores): Promise<void> {
    for (const name of STORES) {
      for await (const kept of stores.objectStore(name)) {
        if (kept.value.userId !== this.#chat.me.id) await kept.delete();
        else if ('openedAt' in kept.value && !this.#openedAt.has(kept.value.roomId)) {
          this.#openedAt.set(kept.value.roomId, kept.value.openedAt);
        }
      }
    }
  }

  #changedTimelines(): [string, Timeline][] {
    const { rooms, timelines } = this.#chat;
    return [...timelines].filter(
      ([roomId, { status, atEnd, messages }]) =>
        rooms.find(roomId) &&
        status === 'ready' &&
        atEnd &&
        messages !== this.#histories.get(roomId),
    );
  }
}

function overviewOf({ me, rooms, attention, serverVersion }: Chat, epoch: string): Overview {
  const { preferences, limits } = attention;
  const latest = (room: RoomSummary) => room.lastMessage?.createdAt ?? room.createdAt;
  const listed = [...rooms.all].sort((a, b) => latest(b).localeCompare(latest(a)));
  return {
    userId: me.id,
    me,
    epoch,
    serverVersion,
    rooms: listed.slice(0, MOST_LISTED),
    preferences,
    limits,
  };
}

function historyOf(
  { me, people, revisions }: Chat,
  epoch: string,
  roomId: string,
  openedAt: number,
  timeline: Timeline,
): History {
  const messages = timeline.messages.slice(-MOST_MESSAGES);
  const mentioned = new Set(messages.flatMap(({ mentions }) => mentions));
  return {
    userId: me.id,
    roomId,
    epoch,
    openedAt,
    rev: revisions.get(roomId)?.known ?? 0,
    messages,
    atStart: timeline.atStart && timeline.messages.length === messages.length,
    people: [...mentioned].flatMap((id) => people.find(id) ?? []),
  };
}
