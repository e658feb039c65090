import { SvelteMap } from 'svelte/reactivity';
import type {
  Message,
  MessageDeleted,
  MessageRead,
  MessageUnread,
  NotificationLevel,
  Room,
  RoomRole,
  RoomSummary,
  UserRef,
} from '../../generated/contract';
import { t } from '../i18n/catalogue.svelte';
import type { Named } from '../text/markdown-references';
import { preferences } from './preferences.svelte';

/** The rooms of the user, as the sidebar shows them. */
export class Rooms {
  readonly #rooms = new SvelteMap<string, RoomSummary>();
  readonly #myId: string;
  /** False until the first `ready`. */
  loaded = $state(false);

  readonly all = $derived([...this.#rooms.values()]);
  readonly shared = $derived(
    this.all
      .filter((room) => room.kind !== 'direct')
      .sort((a, b) =>
        // “room 2” comes before “room 10”.
        (a.name ?? '').localeCompare(b.name ?? '', preferences.language, { numeric: true }),
      ),
  );
  readonly direct = $derived(
    this.all
      .filter((room) => room.kind === 'direct')
      .sort((a, b) => lastActivity(b).localeCompare(lastActivity(a))),
  );
  /** In their own order. */
  readonly favourites = $derived(
    this.all
      .filter((room) => room.favourite !== undefined)
      .sort((a, b) => (a.favourite ?? 0) - (b.favourite ?? 0)),
  );
  /** For the window's title: unread in rooms that are not muted. */
  readonly unread = $derived(
    this.all.reduce((sum, room) => sum + (room.muted ? room.mentions : room.unread), 0),
  );

  constructor(myId: string) {
    this.#myId = myId;
  }

  find(id: string): RoomSummary | undefined {
    return this.#rooms.get(id);
  }

  /** Rooms whose name a text mentions, behind a `#`. */
  namedIn(text: string): Named[] {
    const lower = text.toLowerCase();
    return this.shared.flatMap(({ id, name }) =>
      name && lower.includes(`#${name.toLowerCase()}`) ? [{ name, id }] : [],
    );
  }

  /** Rooms that the addresses in a text lead to, as their chips are called. */
  linkedIn(text: string): Named[] {
    const ids = [...text.matchAll(/\/rooms\/([A-Za-z0-9]+)/g)].map(([, id = '']) => id);
    return ids.flatMap((id) => {
      const room = this.find(id);
      if (!room) return [];
      const name = room.kind === 'direct' ? this.title(room) : `#${room.name ?? ''}`;
      return [{ name, id }];
    });
  }

  put(...rooms: RoomSummary[]): void {
    for (const room of rooms) this.#rooms.set(room.id, paced(room));
  }

  remove(id: string): void {
    this.#rooms.delete(id);
  }

  /** Somebody changed what is the same for all members. */
  update(room: Room): void {
    // Counters and rev follow the messages, which may be further than this event.
    const { id, kind, name, topic, memberCount, previews, retentionDays } = room;
    const { posting, slowModeSeconds, mentionAll } = room;
    const rules = { posting, slowModeSeconds, mentionAll, retentionDays };
    this.#change(id, (before) => {
      const changed = { kind, name, topic, memberCount, previews, ...rules };
      return paced({ ...before, ...changed });
    });
  }

  /** What was said before a message is not there any more. */
  expire(id: string, before: number): void {
    this.#change(id, ({ lastMessage }) => ({
      clearedBefore: before,
      ...(lastMessage && lastMessage.seq < before ? { lastMessage: undefined } : {}),
    }));
  }

  mute(id: string, muted: boolean): void {
    this.#change(id, () => ({ muted }));
  }

  /** These rooms, in this order, and no others are the favourites. */
  arrangeFavourites(roomIds: readonly string[]): void {
    for (const room of this.all) {
      const place = roomIds.indexOf(room.id);
      const favourite = place < 0 ? undefined : place;
      if (room.favourite !== favourite) this.#change(room.id, () => ({ favourite }));
    }
  }

  /** Somebody has another name. */
  rename(user: UserRef): void {
    for (const room of this.direct) {
      if (!room.members?.some(({ id }) => id === user.id)) continue;
      const members = room.members.map((member) => (member.id === user.id ? user : member));
      this.#change(room.id, () => ({ members }));
    }
  }

  countMembers(id: string, difference: 1 | -1): void {
    this.#change(id, (room) => ({ memberCount: room.memberCount + difference }));
  }

  setRole(id: string, role: RoomRole): void {
    this.#change(id, () => ({ role }));
  }

  /** A message that was not counted before. */
  hear(message: Message): void {
    const isTask = message.system?.event === 'taskCreated' || message.system?.event === 'taskDone';
    const isWritten = message.kind !== 'system' || isTask;
    if (message.user.id === this.#myId && isWritten) this.#slowDown(message.roomId);
    this.#change(message.roomId, (room) => {
      const lastSeq = Math.max(room.lastSeq, message.seq);
      if (message.threadRoot && !message.alsoInRoom) return { lastSeq };
      if (message.kind === 'system') return { lastSeq, lastMessage: message };
      if (message.user.id === this.#myId) {
        return { lastSeq, lastMessage: message, readSeq: lastSeq, unread: 0, mentions: 0 };
      }
      return {
        lastSeq,
        lastMessage: message,
        unread: room.unread + 1,
        mentions:
          room.mentions + (message.mentionsGroup || message.mentions.includes(this.#myId) ? 1 : 0),
      };
    });
  }

  /** In slow mode the next message has to wait. */
  #slowDown(id: string): void {
    this.#change(id, ({ slowModeSeconds: pause = 0 }) =>
      pause > 0 ? { nextSendAt: new Date(Date.now() + pause * 1000).toISOString() } : {},
    );
  }

  /** A removed message that was still unread is so no more. */
  forget({ roomId, seq, userId, counted }: MessageDeleted): void {
    if (!counted || userId === this.#myId) return;
    this.#change(roomId, (room) => (seq > room.readSeq ? { unread: room.unread - 1 } : {}));
  }

  /** Somebody read up to a message; only the user's own marks are shown here. */
  read({ roomId, userId, seq, unread, mentions }: MessageRead): void {
    if (userId !== this.#myId || unread === undefined || mentions === undefined) return;
    this.#change(roomId, () => ({ readSeq: seq, unread, mentions }));
  }

  /** The user's mark was moved back. */
  readAnew({ roomId, seq, unread, mentions }: MessageUnread): void {
    this.#change(roomId, () => ({ readSeq: seq, unread, mentions }));
  }

  setLevel(id: string, level: NotificationLevel): void {
    this.#change(id, () => ({ level }));
  }

  /** The others in a direct room; the user alone in a room with nobody else. */
  partners(room: RoomSummary): UserRef[] {
    const members = room.members ?? [];
    const others = members.filter((member) => member.id !== this.#myId);
    return others.length > 0 ? others : members;
  }

  /** What a room is called in this user's list. */
  title(room: RoomSummary): string {
    if (room.kind !== 'direct') return room.name ?? '';
    return this.partners(room)
      .map(({ erased, displayName }) => (erased ? t('member.erased') : displayName))
      .join(', ');
  }

  #change(id: string, changes: (room: RoomSummary) => Partial<RoomSummary>): void {
    const room = this.#rooms.get(id);
    if (room) this.#rooms.set(id, { ...room, ...changes(room) });
  }
}

/** A clock that is wrong, or a pause that is shorter now, has nobody wait longer than the room does. */
function paced(room: RoomSummary): RoomSummary {
  const { nextSendAt, slowModeSeconds: pause = 0 } = room;
  if (!nextSendAt) return room;
  const latest = new Date(Date.now() + pause * 1000).toISOString();
  if (pause > 0 && nextSendAt <= latest) return room;
  return { ...room, nextSendAt: pause > 0 ? latest : undefined };
}

function lastActivity(room: RoomSummary): string {
  return room.lastMessage?.createdAt ?? room.createdAt;
}
