import { SvelteMap } from 'svelte/reactivity';
import type { Availability, UserStatusChanged } from '../../generated/contract';
import type { Wire } from '../wire';

export type Dot = 'online' | 'away' | 'dnd' | 'offline';

const MOST_AT_ONCE = 200;

/** Who is here. People are asked about once, and followed by events from then on. */
export class Presence {
  readonly #online = new SvelteMap<string, boolean>();
  readonly #status = new SvelteMap<string, Availability>();
  readonly #asked = new Set<string>();
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  dot(userId: string): Dot {
    if (!this.#online.get(userId)) return 'offline';
    const status = this.#status.get(userId);
    return status === 'away' || status === 'dnd' ? status : 'online';
  }

  /** Asks about those of these people who were not asked about on this connection. */
  async watch(userIds: string[]): Promise<void> {
    const unknown = userIds.filter((id) => !this.#asked.has(id));
    for (const id of unknown) this.#asked.add(id);
    for (let start = 0; start < unknown.length; start += MOST_AT_ONCE) {
      const some = unknown.slice(start, start + MOST_AT_ONCE);
      try {
        const { presence } = await this.#wire.request('presence:get', { userIds: some });
        for (const [id, { online, status }] of Object.entries(presence)) {
          this.#online.set(id, online);
          this.#status.set(id, status);
        }
      } catch {
        // Without an answer they count as offline until somebody looks again.
        for (const id of some) this.#asked.delete(id);
      }
    }
  }

  setOnline(userId: string, online: boolean): void {
    this.#online.set(userId, online);
  }

  setStatus({ userId, status }: UserStatusChanged): void {
    this.#status.set(userId, status);
  }

  /** A new connection: what was heard on the old one may be out of date. */
  restart(): Promise<void> {
    const watched = [...this.#asked];
    this.#asked.clear();
    return this.watch(watched);
  }
}
