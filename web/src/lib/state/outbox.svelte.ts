import type { SendMessageAck } from '../../generated/contract';
import { newId } from '../client-id';
import { RequestFailure, type FailureCode } from '../failure';
import type { Wire } from '../wire';

const TIMEOUT_MS = 5000;
const RETRIES = 2;

/** A message on its way. Kept on disk until the server has it. */
export interface Outgoing {
  clientMessageId: string;
  userId: string;
  roomId: string;
  content: string;
  replyTo?: string;
  createdAt: string;
  state: 'pending' | 'sent' | 'failed';
  /** Its place in the room, once sent. */
  seq?: number;
  /** Why it failed. */
  failure?: FailureCode;
}

/** Where messages wait, so that a reload or a crash loses none. */
export interface OutboxStore {
  load(userId: string): Promise<Outgoing[]>;
  save(message: Outgoing): Promise<void>;
  remove(clientMessageId: string): Promise<void>;
}

/** Sends messages in order, room by room, until each is stored or given back to the user. */
export class Outbox {
  #messages = $state.raw<readonly Outgoing[]>([]);
  readonly #wire: Wire;
  readonly #store: OutboxStore;
  readonly #userId: string;
  readonly #sending = new Set<string>();

  constructor(userId: string, wire: Wire, store: OutboxStore) {
    this.#userId = userId;
    this.#wire = wire;
    this.#store = store;
  }

  /** Takes up what an earlier page left behind. */
  async restore(): Promise<void> {
    const kept = await this.#store.load(this.#userId).catch(() => []);
    const known = new Set(this.#messages.map((message) => message.clientMessageId));
    this.#messages = [...kept.filter((one) => !known.has(one.clientMessageId)), ...this.#messages];
    this.resume();
  }

  /** The connection is there again: sends what waits. */
  resume(): void {
    for (const roomId of new Set(this.#messages.map((message) => message.roomId))) {
      void this.#send(roomId);
    }
  }

  in(roomId: string): Outgoing[] {
    return this.#messages.filter((message) => message.roomId === roomId);
  }

  add(roomId: string, content: string, replyTo?: string): void {
    const message: Outgoing = {
      clientMessageId: newId(),
      userId: this.#userId,
      roomId,
      content,
      ...(replyTo ? { replyTo } : {}),
      createdAt: new Date().toISOString(),
      state: 'pending',
    };
    this.#messages = [...this.#messages, message];
    this.#keep(message);
    void this.#send(roomId);
  }

  /** Puts a failed message at the end of its room's queue. */
  retry(clientMessageId: string): void {
    const failed = this.#find(clientMessageId);
    if (failed?.state !== 'failed') return;
    const again: Outgoing = { ...failed, state: 'pending' };
    delete again.failure;
    this.#messages = [...this.#messages.filter((one) => one !== failed), again];
    this.#keep(again);
    void this.#send(again.roomId);
  }

  discard(clientMessageId: string): void {
    this.#messages = this.#messages.filter((one) => one.clientMessageId !== clientMessageId);
    this.#release(clientMessageId);
  }

  /** The message has come back as everybody sees it. */
  arrived(clientMessageId: string): void {
    if (this.#find(clientMessageId)) this.discard(clientMessageId);
  }

  /** Forgets what the user wrote, as at a log out on purpose. */
  clear(): void {
    for (const message of this.#messages) this.discard(message.clientMessageId);
  }

  /** Works off one room's queue; one message is under way at a time. */
  async #send(roomId: string): Promise<void> {
    if (this.#sending.has(roomId)) return;
    this.#sending.add(roomId);
    try {
      for (;;) {
        const message = this.in(roomId).find((one) => one.state === 'pending');
        if (!message || !this.#wire.isOpen) return;
        await this.#deliver(message);
      }
    } finally {
      this.#sending.delete(roomId);
    }
  }

  /** Ends with the message sent, failed, or still pending because the connection is gone. */
  async #deliver(message: Outgoing): Promise<void> {
    for (let attempt = 0; this.#wire.isOpen;) {
      try {
        const { seq } = await this.#request(message);
        this.#replace({ ...message, state: 'sent', seq });
        this.#release(message.clientMessageId);
        return;
      } catch (error) {
        const failure = error instanceof RequestFailure ? error : RequestFailure.offline();
        if (!this.#wire.isOpen) return;
        if (failure.code === 'rate_limited') {
          await pause(failure.retryAfterMs ?? 1000);
        } else if (isPassing(failure.code) && attempt < RETRIES) {
          attempt += 1;
          if (failure.code !== 'offline') await pause(1000 * attempt);
        } else {
          this.#fail(message, failure.code);
          return;
        }
      }
    }
  }

  #request({ roomId, content, clientMessageId, replyTo }: Outgoing): Promise<SendMessageAck> {
    const payload = { roomId, content, clientMessageId, ...(replyTo ? { replyTo } : {}) };
    return this.#wire.request('message:send', payload, TIMEOUT_MS);
  }

  #fail(message: Outgoing, failure: FailureCode): void {
    const failed: Outgoing = { ...message, state: 'failed', failure };
    this.#replace(failed);
    this.#keep(failed);
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

  #replace(message: Outgoing): void {
    this.#messages = this.#messages.map((other) =>
      other.clientMessageId === message.clientMessageId ? message : other,
    );
  }
}

/** Failures that may pass by themselves: no answer in time, or a server in trouble. */
function isPassing(code: FailureCode): boolean {
  return code === 'offline' || code === 'unavailable' || code === 'internal';
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
