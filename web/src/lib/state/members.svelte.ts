import { SvelteMap } from 'svelte/reactivity';
import type { Member, RoomRole, UserRef } from '../../generated/contract';
import { placeOf } from '../place';
import type { Wire } from '../wire';
import type { People } from './people.svelte';

const PAGE = 200;

/** Who is in which room; loaded when somebody looks, followed by events from then on. */
export class Members {
  readonly #rooms = new SvelteMap<string, readonly Member[]>();
  /** Rooms whose members were loaded over an earlier connection: shown until they are loaded anew. */
  readonly #outdated = new SvelteMap<string, true>();
  /** How far each has read, by `placeOf` of room and person: it changes far more often than who is there. */
  readonly #readSeqs = new SvelteMap<string, number>();
  readonly #loading = new Map<string, Promise<void>>();
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

  /** Whether they are known as they are now. */
  isCurrent(roomId: string): boolean {
    return this.#rooms.has(roomId) && !this.#outdated.has(roomId);
  }

  /** Calls at the same time share one answer. Rejects with a `RequestFailure`. */
  load(roomId: string): Promise<void> {
    const loading =
      this.#loading.get(roomId) ?? this.#load(roomId).finally(() => this.#loading.delete(roomId));
    this.#loading.set(roomId, loading);
    return loading;
  }

  async #load(roomId: string): Promise<void> {
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
    for (const { user, readSeq } of members) {
      if (readSeq !== undefined) this.#readSeqs.set(placeOf(roomId, user.id), readSeq);
    }
    this.#outdated.delete(roomId);
  }

  joined(roomId: string, user: UserRef): void {
    const members = this.of(roomId);
    if (!members || members.some((member) => member.user.id === user.id)) return;
    const joinedAt = new Date().toISOString();
    this.#rooms.set(roomId, [...members, { user, role: 'member', joinedAt }]);
  }

  left(roomId: string, userId: string): void {
    const members = this.of(roomId);
    if (!members) return;
    this.#rooms.set(
      roomId,
      members.filter((member) => member.user.id !== userId),
    );
    this.#readSeqs.delete(placeOf(roomId, userId));
  }

  setRole(roomId: string, userId: string, role: RoomRole): void {
    const members = this.of(roomId);
    if (!members) return;
    this.#rooms.set(
      roomId,
      members.map((member) => (member.user.id === userId ? { ...member, role } : member)),
    );
  }

  /** Somebody has read a room, or written in it, up to a message. */
  read(roomId: string, userId: string, seq: number): void {
    const place = placeOf(roomId, userId);
    if (this.of(roomId) && (this.#readSeqs.get(place) ?? 0) < seq) this.#readSeqs.set(place, seq);
  }

  /** Who has read as far as this, as far as that is told. */
  readers(roomId: string, seq: number): Member[] {
    const members = this.of(roomId) ?? [];
    return members.filter(({ user }) => (this.#readSeqs.get(placeOf(roomId, user.id)) ?? 0) >= seq);
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
    for (const roomId of this.#rooms.keys()) this.#outdated.set(roomId, true);
  }
}
