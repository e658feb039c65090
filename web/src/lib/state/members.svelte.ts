import { SvelteMap } from 'svelte/reactivity';
import type { Member, UserRef } from '../../generated/contract';
import type { Wire } from '../wire';
import type { People } from './people.svelte';

const PAGE = 200;

/** Who is in which room; loaded when somebody looks, followed by events from then on. */
export class Members {
  readonly #rooms = new SvelteMap<string, readonly Member[]>();
  readonly #wire: Wire;
  readonly #people: People;

  constructor(wire: Wire, people: People) {
    this.#wire = wire;
    this.#people = people;
  }

  /** Undefined until loaded. */
  of(roomId: string): readonly Member[] | undefined {
    return this.#rooms.get(roomId);
  }

  async load(roomId: string): Promise<void> {
    const members: Member[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#wire.request('room:members', {
        roomId,
        limit: PAGE,
        ...(cursor ? { cursor } : {}),
      });
      members.push(...page.members);
      cursor = page.cursor;
    } while (cursor);
    this.#people.learn(...members.map((member) => member.user));
    this.#rooms.set(roomId, members);
  }

  joined(roomId: string, user: UserRef): void {
    const members = this.of(roomId);
    if (!members || members.some((member) => member.user.id === user.id)) return;
    const joinedAt = new Date().toISOString();
    this.#rooms.set(roomId, [...members, { user, role: 'member', joinedAt, readSeq: 0 }]);
  }

  left(roomId: string, userId: string): void {
    const members = this.of(roomId);
    if (!members) return;
    this.#rooms.set(
      roomId,
      members.filter((member) => member.user.id !== userId),
    );
  }

  /** Somebody has another name. */
  rename(user: UserRef): void {
    for (const [roomId, members] of this.#rooms) {
      if (!members.some((member) => member.user.id === user.id)) continue;
      this.#rooms.set(
        roomId,
        members.map((member) => (member.user.id === user.id ? { ...member, user } : member)),
      );
    }
  }

  forget(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  /** After a reconnect nobody knows who came and went. */
  restart(): void {
    this.#rooms.clear();
  }
}
