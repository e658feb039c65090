import type {
  ClientLimits,
  Me,
  Message,
  Preferences,
  RoomSummary,
  UserRef,
} from '../../generated/contract';
import { Revisions } from '../revisions';
import type { Chat } from './chat.svelte';
import { database } from './database';

/** Of so many rooms, those opened last, the newest messages are kept; of each no more than these. */
export const MOST_ROOMS = 20;
export const MOST_MESSAGES = 50;
/** More rooms are not kept in the list: those with the newest messages are. */
export const MOST_LISTED = 500;

/** Whose rooms they are, and what stands in the list of them. */
export interface Overview {
  userId: string;
  me: Me;
  /** Of the server's data: what was known of others means nothing any more. */
  epoch: string;
  serverVersion: string;
  rooms: RoomSummary[];
  preferences: Preferences | undefined;
  limits: ClientLimits | undefined;
}

/** The newest messages of a room, as of `rev`. */
export interface History {
  userId: string;
  roomId: string;
  epoch: string;
  /** When the room was opened last, in milliseconds since 1970. */
  openedAt: number;
  rev: number;
  messages: Message[];
  /** Whether the room's first message is among them. */
  atStart: boolean;
  /** Whom the messages mention. */
  people: UserRef[];
}

/** What somebody saw when there was a server the last time. */
export interface LastKnown {
  me: Me;
  showIn: (chat: Chat) => void;
}

/** What this browser knows of somebody's rooms. Undefined if it has kept nothing. */
export async function recall(userId: string): Promise<LastKnown | undefined> {
  const stores = (await database()).transaction(['overviews', 'histories']);
  const [overview, histories] = await Promise.all([
    stores.objectStore('overviews').get(userId),
    stores.objectStore('histories').getAll(IDBKeyRange.bound([userId], [userId, []])),
  ]);
  return overview && { me: overview.me, showIn: (chat) => show(chat, overview, histories) };
}

function show(chat: Chat, overview: Overview, histories: readonly History[]): void {
  const { attention, people, rooms } = chat;
  chat.epoch = overview.epoch;
  chat.serverVersion = overview.serverVersion;
  attention.preferences = overview.preferences;
  attention.limits = overview.limits;
  for (const room of overview.rooms) {
    rooms.put(room);
    people.learn(...(room.members ?? []));
    if (room.lastMessage) chat.meet([room.lastMessage]);
  }
  for (const { roomId, epoch, rev, messages, atStart, people: mentioned } of histories) {
    if (!rooms.find(roomId) || epoch !== overview.epoch) continue;
    people.learn(...mentioned);
    chat.meet(messages);
    chat.revisions.set(roomId, new Revisions(rev));
    const timeline = chat.timeline(roomId);
    timeline.messages = messages;
    timeline.atStart = atStart;
    timeline.status = 'ready';
  }
  rooms.loaded = true;
}

/** Removes what was kept of rooms, whosever they are. */
export async function forgetAll(): Promise<void> {
  try {
    const stores = (await database()).transaction(['overviews', 'histories'], 'readwrite');
    await Promise.all([
      stores.objectStore('overviews').clear(),
      stores.objectStore('histories').clear(),
      stores.done,
    ]);
  } catch {
    // A browser that refuses its disk has kept nothing.
  }
}
