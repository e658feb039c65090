import { SvelteMap } from 'svelte/reactivity';
import type { TypingStarted, TypingStopped } from '../../generated/contract';
import type { Wire } from '../wire';

/** A start ends by itself after this time, on the server and here. */
const EXPIRES_MS = 6000;
/** How often a start is repeated while its user goes on typing. */
const REPEAT_MS = 3000;

/** Who is writing where, and telling others that we are. */
export class Typing {
  readonly #rooms = new SvelteMap<string, readonly string[]>();
  readonly #expiry = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #wire: Wire;
  #told: { roomId: string; at: number } | null = null;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Ids of those who are typing in a room, in the order in which they began. */
  in(roomId: string): readonly string[] {
    return this.#rooms.get(roomId) ?? [];
  }

  started({ roomId, user }: TypingStarted): void {
    const key = `${roomId} ${user.id}`;
    clearTimeout(this.#expiry.get(key));
    this.#expiry.set(
      key,
      setTimeout(() => this.stopped({ roomId, userId: user.id }), EXPIRES_MS),
    );
    const typing = this.in(roomId);
    if (!typing.includes(user.id)) this.#rooms.set(roomId, [...typing, user.id]);
  }

  stopped({ roomId, userId }: TypingStopped): void {
    const key = `${roomId} ${userId}`;
    clearTimeout(this.#expiry.get(key));
    this.#expiry.delete(key);
    const typing = this.in(roomId);
    if (typing.includes(userId)) {
      this.#rooms.set(
        roomId,
        typing.filter((id) => id !== userId),
      );
    }
  }

  /** Tells the room that we are writing; cheap enough to be called at each key. */
  tell(roomId: string): void {
    const now = Date.now();
    if (this.#told?.roomId === roomId && now - this.#told.at < REPEAT_MS) return;
    this.#told = { roomId, at: now };
    // Whether others see it is of no consequence: a failure needs no word.
    this.#wire.request('typing:start', { roomId }).catch(() => undefined);
  }

  /** Tells the room that we stopped, if it thinks that we are writing. */
  tellStopped(roomId: string): void {
    if (this.#told?.roomId !== roomId) return;
    this.#told = null;
    this.#wire.request('typing:stop', { roomId }).catch(() => undefined);
  }

  /** Our message was sent, which ends our typing everywhere. */
  forget(): void {
    this.#told = null;
  }

  clear(): void {
    for (const timer of this.#expiry.values()) clearTimeout(timer);
    this.#expiry.clear();
    this.#rooms.clear();
    this.#told = null;
  }
}
