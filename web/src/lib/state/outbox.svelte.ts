import type { SendMessageAck } from '../../generated/contract';
import { newId } from '../client-id';
import { RequestFailure, type FailureCode } from '../failure';
import type { Wire } from '../wire';
import type { Lead } from './lead';
import { bearingOf, type Bearing, type Outgoing } from './outgoing';
import type { Tabs } from './tabs';

const TIMEOUT_MS = 5000;
/** After silence, or a fault of the server. */
const RETRIES = 2;
/** The server says that it cannot now, and will: with growing pauses it is asked for about a minute. */
const RETRIES_UNAVAILABLE = 6;
/** A tab that leads tells of every attempt. After this silence it counts as asleep. */
const PATIENCE_MS = 8000;
/** So often it tells that it is awake while a message has to wait: the attempt that follows is in time as well. */
const SIGN_MS = 2000;
/** What a message waits for may pass before the time that the server named, as when slow mode ends. */
const LONGEST_PAUSE_MS = 30_000;

/** Where messages wait, so that a reload or a crash loses none. */
export interface OutboxStore {
  load(userId: string): Promise<Outgoing[]>;
  save(message: Outgoing): Promise<void>;
  remove(clientMessageId: string): Promise<void>;
}

/** What the tabs of one person tell each other. */
export type OutboxNews = { put: Outgoing } | { removed: string };

interface Surroundings {
  wire: Wire;
  store: OutboxStore;
  tabs: Tabs<OutboxNews>;
  lead: Lead;
}

/**
 * Sends messages in order, room by room, until each is stored or given back to the user. All tabs of
 * a person show the same queue; the one that leads, and is connected, works it off.
 */
export class Outbox {
  #messages = $state.raw<readonly Outgoing[]>([]);
  readonly #userId: string;
  readonly #wire: Wire;
  readonly #store: OutboxStore;
  readonly #tabs: Tabs<OutboxNews>;
  readonly #lead: Lead;
  readonly #sending = new Set<string>();
  /** Written in other tabs, which send it themselves where no lead is exclusive. */
  readonly #others = new Set<string>();
  /** Stand in their room or were deleted: what another tab says of them comes too late. */
  readonly #done = new Set<string>();
  /** Ends the pause of a message that the server lets wait. */
  readonly #pauses = new Map<string, () => void>();
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(userId: string, { wire, store, tabs, lead }: Surroundings) {
    this.#userId = userId;
    this.#wire = wire;
    this.#store = store;
    this.#tabs = tabs;
    this.#lead = lead;
    tabs.hear((news) => this.#hear(news));
  }

  /** Takes up what earlier pages left behind. */
  async restore(): Promise<void> {
    const kept = await this.#store.load(this.#userId).catch(() => []);
    for (const message of kept) if (!this.#find(message.clientMessageId)) this.#put(message);
    this.#work();
    this.#wait();
  }

  /** The connection is there: sends what waits, as soon as this tab leads. */
  resume(): void {
    // What changed while the tab slept is on disk.
    this.#lead.seek(() => void this.restore());
    this.hurry();
    this.#work();
    this.#wait();
  }

  /** The connection is gone: another tab may have one. */
  suspend(): void {
    this.#lead.resign();
    clearTimeout(this.#patience);
  }

  stop(): void {
    this.suspend();
    this.#tabs.close();
  }

  /** What is to be seen in a room's list, or in one of its threads. */
  in(roomId: string, threadRoot?: string): Outgoing[] {
    return this.#messages.filter(
      (one) =>
        one.roomId === roomId &&
        (one.threadRoot === threadRoot || (!threadRoot && one.alsoInRoom === true)),
    );
  }

  /** Rooms that something waits for. */
  get roomIds(): string[] {
    return this.#messages.map(({ roomId }) => roomId);
  }

  add(roomId: string, content: string, bearing: Bearing = {}): void {
    const id = newId();
    this.#queue({
      clientMessageId: id,
      userId: this.#userId,
      roomId,
      content,
      ...bearing,
      createdAt: new Date().toISOString(),
      order: id,
      state: 'pending',
    });
  }

  /** Puts a failed message at the end of its room's queue. */
  retry(clientMessageId: string): void {
    const failed = this.#find(clientMessageId);
    if (failed?.state !== 'failed') return;
    const again: Outgoing = { ...failed, order: newId(), state: 'pending' };
    delete again.failure;
    this.#others.delete(clientMessageId);
    this.#queue(again);
  }

  discard(clientMessageId: string): void {
    this.#forget(clientMessageId);
    this.#release(clientMessageId);
    this.#tabs.tell({ removed: clientMessageId });
  }

  /** The message has come back as everybody sees it. */
  arrived(clientMessageId: string): void {
    const isOnDisk = this.#find(clientMessageId) !== undefined;
    // Each tab hears of it by itself.
    this.#forget(clientMessageId);
    if (isOnDisk) this.#release(clientMessageId);
  }

  /** What holds messages back, in one room or anywhere, may have changed: those that wait are tried again. */
  hurry(roomId?: string): void {
    for (const one of this.#messages) {
      if (!roomId || one.roomId === roomId) this.#pauses.get(one.clientMessageId)?.();
    }
  }

  /** Forgets what the user wrote, as at a log out on purpose. */
  clear(): void {
    for (const message of this.#messages) this.discard(message.clientMessageId);
  }

  #queue(message: Outgoing): void {
    this.#put(message);
    this.#keep(message);
    this.#tabs.tell({ put: message });
    this.#work();
    this.#wait();
  }

  #hear(news: OutboxNews): void {
    if ('removed' in news) {
      this.#forget(news.removed);
    } else {
      const { clientMessageId } = news.put;
      if (!this.#find(clientMessageId)) this.#others.add(clientMessageId);
      this.#put(news.put);
      this.#work();
    }
    this.#wait();
  }

  /** While another tab leads, it has this long to show that it does something. */
  #wait(): void {
    clearTimeout(this.#patience);
    const waits = (one: Outgoing) =>
      one.state === 'pending' && !(this.#lead.isHeld && this.#isOurs(one));
    if (!this.#wire.isOpen || !this.#messages.some(waits)) return;
    this.#patience = setTimeout(() => {
      this.#others.clear();
      this.#lead.seize();
      this.#work();
    }, PATIENCE_MS);
  }

  #work(): void {
    for (const roomId of new Set(this.#messages.map((message) => message.roomId))) {
      void this.#send(roomId);
    }
  }

  /** Works off one room's queue; one message is under way at a time. */
  async #send(roomId: string): Promise<void> {
    if (this.#sending.has(roomId)) return;
    this.#sending.add(roomId);
    try {
      for (;;) {
        const message = this.#messages.find(
          (one) => one.roomId === roomId && one.state === 'pending' && this.#isOurs(one),
        );
        if (!message || !this.#mayWork()) return;
        await this.#deliver(message);
      }
    } finally {
      this.#sending.delete(roomId);
    }
  }

  #mayWork(): boolean {
    return this.#wire.isOpen && this.#lead.isHeld;
  }

  #isOurs({ clientMessageId }: Outgoing): boolean {
    return this.#lead.isExclusive || !this.#others.has(clientMessageId);
  }

  /** Ends with the message sent, failed, or still pending because connection or lead are gone. */
  async #deliver(message: Outgoing): Promise<void> {
    let refusals = 0;
    for (let attempt = 0; this.#mayWork() && this.#find(message.clientMessageId);) {
      try {
        const { seq } = await this.#request(message);
        this.#release(message.clientMessageId);
        this.#settle({ ...message, state: 'sent', seq });
        return;
      } catch (error) {
        const failure = error instanceof RequestFailure ? error : RequestFailure.offline();
        if (!this.#mayWork()) return;
        this.#tabs.tell({ put: message });
        if (failure.code === 'rate_limited') {
          await this.#pause(message, failure.retryAfterMs ?? 1000);
        } else if (failure.code === 'unavailable' && refusals < RETRIES_UNAVAILABLE) {
          refusals += 1;
          // It is there: silence counts anew.
          attempt = 0;
          await this.#pause(message, 500 * 2 ** refusals);
        } else if (isPassing(failure.code) && attempt < RETRIES) {
          attempt += 1;
          if (failure.code !== 'offline') await this.#pause(message, 1000 * attempt);
        } else {
          const failed: Outgoing = { ...message, state: 'failed', failure: failure.code };
          this.#keep(failed);
          this.#settle(failed);
          return;
        }
      }
    }
  }

  #pause(message: Outgoing, milliseconds: number): Promise<void> {
    const sign = setInterval(() => {
      if (this.#mayWork()) this.#tabs.tell({ put: message });
    }, SIGN_MS);
    return new Promise((done) => {
      const end = () => {
        clearInterval(sign);
        done();
      };
      this.#pauses.set(message.clientMessageId, end);
      setTimeout(end, Math.min(milliseconds, LONGEST_PAUSE_MS));
    });
  }

  #request({ roomId, content, clientMessageId, ...more }: Outgoing): Promise<SendMessageAck> {
    const { files, ...bearing } = bearingOf(more);
    const fileIds = files?.map(({ id }) => id);
    const payload = { roomId, content, clientMessageId, ...bearing, ...(fileIds && { fileIds }) };
    return this.#wire.request('message:send', payload, TIMEOUT_MS);
  }

  #settle(message: Outgoing): void {
    this.#put(message);
    this.#tabs.tell({ put: message });
  }

  // A browser may refuse its disk (private windows, no space). Then a message waits in memory, and
  // is lost only with the page; the user sees it as pending all the while.
  #keep(message: Outgoing): void {
    this.#store.save(message).catch(() => undefined);
  }

  #release(clientMessageId: string): void {
    this.#store.remove(clientMessageId).catch(() => undefined);
  }

  #find(clientMessageId: string): Outgoing | undefined {
    return this.#messages.find((message) => message.clientMessageId === clientMessageId);
  }

  #put(message: Outgoing): void {
    if (this.#done.has(message.clientMessageId)) return;
    const others = this.#messages.filter((one) => one.clientMessageId !== message.clientMessageId);
    this.#messages = [...others, message].sort((a, b) => (a.order < b.order ? -1 : 1));
  }

  #forget(clientMessageId: string): void {
    this.#messages = this.#messages.filter((one) => one.clientMessageId !== clientMessageId);
    this.#others.delete(clientMessageId);
    this.#done.add(clientMessageId);
    this.#pauses.get(clientMessageId)?.();
    this.#pauses.delete(clientMessageId);
  }
}

/** Failures that may pass by themselves: no answer in time, or a server in trouble. */
function isPassing(code: FailureCode): boolean {
  return code === 'offline' || code === 'internal';
}
