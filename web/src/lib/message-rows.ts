import type { Message } from '../generated/contract';
import type { Outgoing } from './state/outbox.svelte';
import { isSameDay } from './text/time';

/** Messages of one author that are closer than this share one head. */
const GROUP_MS = 5 * 60_000;

interface Placed {
  /** Stays the same while a message turns from outgoing to stored. */
  key: string;
  /** Set when a day begins here: the time to name it by. */
  day?: string;
  /** The reader has seen everything above. */
  isFirstUnread: boolean;
  /** Shows author and time. */
  isHead: boolean;
}

export type Row =
  | { kind: 'start'; key: 'start' }
  | (Placed & { kind: 'message'; message: Message })
  | (Placed & { kind: 'system'; message: Message })
  | (Placed & { kind: 'outgoing'; outgoing: Outgoing });

interface Entry {
  kind: 'message' | 'system' | 'outgoing';
  authorId: string;
  time: Date;
}

/**
 * What the message list shows, from the top: days, groups by author, the divider above the first
 * unread message, and what is still on its way.
 */
export function messageRows(
  messages: readonly Message[],
  outgoing: readonly Outgoing[],
  options: { atStart: boolean; firstUnreadSeq: number | null },
): Row[] {
  const rows: Row[] = options.atStart ? [{ kind: 'start', key: 'start' }] : [];
  let previous: Entry | null = null;
  let isDividerDue = options.firstUnreadSeq !== null;

  for (const message of messages) {
    if (message.threadRoot) continue;
    const kind = message.kind === 'system' ? 'system' : 'message';
    const entry: Entry = { kind, authorId: message.user.id, time: timeOf(message) };
    const isFirstUnread = isDividerDue && message.seq >= (options.firstUnreadSeq ?? Infinity);
    if (isFirstUnread) isDividerDue = false;
    const key = message.clientMessageId
      ? `${message.user.id} ${message.clientMessageId}`
      : message.id;
    rows.push({ kind, key, message, isFirstUnread, ...place(entry, previous, isFirstUnread) });
    previous = entry;
  }

  const stored = new Set(messages.map((message) => message.clientMessageId));
  const lastSeq = messages.at(-1)?.seq ?? 0;
  for (const one of outgoing) {
    if (stored.has(one.clientMessageId) || (one.seq ?? Infinity) <= lastSeq) continue;
    const entry: Entry = { kind: 'outgoing', authorId: one.userId, time: new Date(one.createdAt) };
    rows.push({
      kind: 'outgoing',
      key: `${one.userId} ${one.clientMessageId}`,
      outgoing: one,
      isFirstUnread: false,
      ...place(entry, previous, false),
    });
    previous = entry;
  }
  return rows;
}

function place(
  entry: Entry,
  previous: Entry | null,
  isFirstUnread: boolean,
): { day?: string; isHead: boolean } {
  const isNewDay = !previous || !isSameDay(previous.time, entry.time);
  const isHead =
    isNewDay ||
    isFirstUnread ||
    previous?.kind === 'system' ||
    previous?.authorId !== entry.authorId ||
    entry.time.getTime() - previous.time.getTime() > GROUP_MS;
  return isNewDay ? { day: entry.time.toISOString(), isHead } : { isHead };
}

const times = new WeakMap<Message, Date>();

/** Parsing thousands of times at each new message would be felt. */
function timeOf(message: Message): Date {
  let time = times.get(message);
  if (!time) {
    time = new Date(message.createdAt);
    times.set(message, time);
  }
  return time;
}
