import { SvelteMap } from 'svelte/reactivity';
import type { StartTyping, TypingStarted, TypingStopped } from '../../generated/contract';
import { placeOf } from '../place';
import type { Wire } from '../wire';

/** A start ends by itself after this time, on the server and here. */
const EXPIRES_MS = 6000;
/** How often a start is repeated while its user goes on typing. */
const REPEAT_MS = 3000;

/** Who is writing where (in a room, or in a thread of it), and telling others that we are. */
export class Typing {
  readonly #places = new SvelteMap<string, readonly string[]>();
  readonly #expiry = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #wire: Wire;
  #told: { place: string; at: number } | null = null;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Ids of those who are typing in a place, in the order in which they began. */
  in(place: string): readonly string[] {
    return this.#places.get(place) ?? [];
  }

  started({ user, ...where }: TypingStarted): void {
    const place = placeOf(where.roomId, where.threadRoot);
    const key = `${place} ${user.id}`;
    clearTimeout(this.#expiry.get(key));
    this.#expiry.set(
      key,
      setTimeout(() => this.stopped({ ...where, userId: user.id }), EXPIRES_MS),
    );
    const typing = this.in(place);
    if (!typing.includes(user.id)) this.#places.set(place, [...typing, user.id]);
  }

  stopped({ roomId, userId, threadRoot }: TypingStopped): void {
    const place = placeOf(roomId, threadRoot);
    const key = `${place} ${userId}`;
    clearTimeout(this.#expiry.get(key));
    this.#expiry.delete(key);
    const typing = this.in(place);
    if (typing.includes(userId)) {
      this.#places.set(
        place,
        typing.filter((id) => id !== userId),
      );
    }
  }

  /** Tells others that we are writing; cheap enough to be called at each key. */
  tell(where: StartTyping): void {
    const place = placeOf(where.roomId, where.threadRoot);
    const now = Date.now();
    if (this.#told?.place === place && now - this.#told.at < REPEAT_MS) return;
    this.#told = { place, at: now };
    // Whether others see it is of no consequence: a failure needs no word.
    this.#wire.request('typing:start', where).catch(() => undefined);
  }

  /** Tells others that we stopped, if they think that we are writing. */
  tellStopped(where: StartTyping): void {
    if (this.#told?.place !== placeOf(where.roomId, where.threadRoot)) return;
    this.#told = null;
    this.#wire.request('typing:stop', where).catch(() => undefined);
  }

  /** Our message was sent, which ends our typing everywhere. */
  forget(): void {
    this.#told = null;
  }

  clear(): void {
    for (const timer of this.#expiry.values()) clearTimeout(timer);
    this.#expiry.clear();
    this.#places.clear();
    this.#told = null;
  }
}
