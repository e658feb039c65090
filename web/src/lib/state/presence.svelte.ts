import { SvelteMap } from 'svelte/reactivity';
import type { Presence as Here, UserStatusChanged } from '../../generated/contract';
import type { Wire } from '../wire';

/** What somebody says of their availability, until its time is over. */
export type UserStatus = Omit<UserStatusChanged, 'userId'>;

export type Dot = 'online' | 'away' | 'dnd' | 'offline';

const MOST_AT_ONCE = 200;
/** Timers cannot wait longer than 24 days. */
const LONGEST_MS = 2 ** 31 - 1;
const ACTIVE: UserStatus = { status: 'active' };

/** Who is here, and what they say. People are asked about once, and followed by events from then on. */
export class Presence {
  readonly #online = new SvelteMap<string, boolean>();
  readonly #status = new SvelteMap<string, UserStatus>();
  /** When those who are away were last here, if they let it be seen. */
  readonly #lastSeen = new SvelteMap<string, string>();
  readonly #ends = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #asked = new Set<string>();
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  dot(userId: string): Dot {
    if (!this.#online.get(userId)) return 'offline';
    const { status } = this.status(userId);
    return status === 'active' ? 'online' : status;
  }

  /** What somebody says of themselves, until its time is over. */
  status(userId: string): UserStatus {
    return this.#status.get(userId) ?? ACTIVE;
  }

  /** Asks about those of these people who were not asked about on this connection. */
  async watch(userIds: string[]): Promise<void> {
    const unknown = userIds.filter((id) => !this.#asked.has(id));
    for (const id of unknown) this.#asked.add(id);
    for (let start = 0; start < unknown.length; start += MOST_AT_ONCE) {
      const some = unknown.slice(start, start + MOST_AT_ONCE);
      try {
        const { presence } = await this.#wire.request('presence:get', { userIds: some });
        this.#learn(presence);
      } catch {
        // Without an answer they count as offline until somebody looks again.
        for (const id of some) this.#asked.delete(id);
      }
    }
  }

  /** When somebody was last here; undefined while they are, and for who does not let it be seen. */
  lastSeen(userId: string): string | undefined {
    return this.#online.get(userId) ? undefined : this.#lastSeen.get(userId);
  }

  /** Asks about somebody as they are now, whether or not they were asked about before. */
  refresh(userId: string): Promise<void> {
    this.#asked.delete(userId);
    return this.watch([userId]);
  }

  /** Asks who of a room is here, 200 at most, and gives how many in all. Rejects with a `RequestFailure`. */
  async lookAround(roomId: string): Promise<number> {
    const { presence, online } = await this.#wire.request('room:presence', { roomId });
    this.#learn(presence);
    return online;
  }

  setOnline(userId: string, online: boolean): void {
    this.#online.set(userId, online);
  }

  setStatus(userId: string, { status, text, emoji, until }: UserStatus): void {
    clearTimeout(this.#ends.get(userId));
    const left = until === undefined ? Infinity : new Date(until).getTime() - Date.now();
    this.#status.set(userId, left > 0 ? { status, text, emoji, until } : ACTIVE);
    if (left <= 0 || left > LONGEST_MS) return;
    const end = () => this.#status.set(userId, ACTIVE);
    this.#ends.set(userId, setTimeout(end, left));
  }

  /** A new connection: what was heard on the old one may be out of date. */
  restart(): Promise<void> {
    const watched = [...this.#asked];
    this.#asked.clear();
    return this.watch(watched);
  }

  #learn(presence: Record<string, Here>): void {
    for (const [id, { online, lastSeen, ...status }] of Object.entries(presence)) {
      this.#online.set(id, online);
      if (lastSeen) this.#lastSeen.set(id, lastSeen);
      else this.#lastSeen.delete(id);
      this.setStatus(id, status);
    }
  }

  stop(): void {
    for (const timer of this.#ends.values()) clearTimeout(timer);
  }
}
