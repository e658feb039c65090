import type { Message, UserRef } from '../generated/contract';
import { bearingOf, type Outgoing } from './state/outgoing';
import { isSameDay } from './text/time';

/** Messages of one author that are closer than this share one head. */
const GROUP_MS = 5 * 60_000;

interface Placed {
  /** Stays the same while a message turns from outgoing to stored. */
  key: string;
  message: Message;
  /** Set when a day begins here: the time to name it by. */
  day?: string;
  /** The reader has seen everything above. */
  isFirstUnread: boolean;
  /** Shows author and time. */
  isHead: boolean;
}

export type Row =
  | { kind: 'start'; key: 'start' }
  /** With `more`, others who joined right after. */
  | (Placed & { kind: 'system'; more?: Message[] })
  /** With `outgoing`, what is on its way: `message` is what it will be. */
  | (Placed & { kind: 'message'; outgoing?: Outgoing });

/** A row that holds a message, whoever wrote it. */
export type MessageRow = Exclude<Row, { kind: 'start' }>;

interface Options {
  /** Whether the room's first message is among them. */
  atStart: boolean;
  firstUnreadSeq: number | null;
  /** The author of what is outgoing. */
  me: UserRef;
  /** In a thread: its first message. */
  threadRoot?: string | undefined;
}

/**
 * What the message list shows, from the top: days, groups by author, the divider above the first
 * unread message, and what is still on its way.
 */
export function messageRows(
  messages: readonly Message[],
  outgoing: readonly Outgoing[],
  { atStart, firstUnreadSeq, me, threadRoot }: Options,
): Row[] {
  const rows: Row[] = atStart && !threadRoot ? [{ kind: 'start', key: 'start' }] : [];
  let previous: Message | null = null;
  let isDividerDue = firstUnreadSeq !== null;

  for (const message of messages) {
    if (!threadRoot && isOnlyInThread(message)) continue;
    // What is counted as unread is what people wrote.
    const isFirstUnread =
      isDividerDue &&
      message.kind !== 'system' &&
      message.id !== threadRoot &&
      message.seq >= (firstUnreadSeq ?? Infinity);
    if (isFirstUnread) isDividerDue = false;
    const key = message.clientMessageId
      ? `${message.user.id} ${message.clientMessageId}`
      : message.id;
    const kind = message.kind === 'system' ? 'system' : 'message';
    const placed = place(message, previous, isFirstUnread, threadRoot);
    const above = rows.at(-1);
    previous = message;
    if (above?.kind === 'system' && hasJoined(above.message) && hasJoined(message) && !placed.day) {
      above.more = [...(above.more ?? []), message];
      continue;
    }
    rows.push({ kind, key, message, isFirstUnread, ...placed });
  }

  const stored = new Set(messages.map((message) => message.clientMessageId));
  const lastSeq = messages.at(-1)?.seq ?? 0;
  for (const one of outgoing) {
    if (stored.has(one.clientMessageId) || (one.seq ?? Infinity) <= lastSeq) continue;
    const message = messageOf(one, me);
    const key = `${one.userId} ${one.clientMessageId}`;
    const placed = place(message, previous, false, threadRoot);
    rows.push({ kind: 'message', key, message, outgoing: one, isFirstUnread: false, ...placed });
    previous = message;
  }
  return rows;
}

/** Replies in a thread are not in the room's list, but those that were sent there, too. */
export function isOnlyInThread({ threadRoot, alsoInRoom }: Message): boolean {
  return threadRoot !== undefined && !alsoInRoom;
}

function hasJoined({ system }: Message): boolean {
  return system?.event === 'joined';
}

function place(
  message: Message,
  previous: Message | null,
  isFirstUnread: boolean,
  threadRoot: string | undefined,
): { day?: string; isHead: boolean } {
  const time = timeOf(message);
  const isNewDay = !previous || !isSameDay(timeOf(previous), time);
  const isHead =
    isNewDay ||
    isFirstUnread ||
    previous.kind === 'system' ||
    previous.user.id !== message.user.id ||
    message.replyTo !== undefined ||
    // What is in two places tells in the room which thread it is from.
    (message.threadRoot !== undefined && !threadRoot) ||
    previous.id === threadRoot ||
    time.getTime() - timeOf(previous).getTime() > GROUP_MS;
  return isNewDay ? { day: message.createdAt, isHead } : { isHead };
}

const times = new WeakMap<Message, Date>();

/** Parsing hundreds of times at each new message would be felt. */
function timeOf(message: Message): Date {
  let time = times.get(message);
  if (!time) {
    time = new Date(message.createdAt);
    times.set(message, time);
  }
  return time;
}

const foreseen = new WeakMap<Outgoing, Message>();

/** What an outgoing message will look like once it is stored. */
function messageOf(outgoing: Outgoing, user: UserRef): Message {
  let message = foreseen.get(outgoing);
  if (!message) {
    const { clientMessageId, roomId, content, createdAt, seq = 0 } = outgoing;
    message = {
      ...{ id: clientMessageId, roomId, seq, rev: 0, kind: 'text', user, content, createdAt },
      ...{ clientMessageId, mentions: [], reactions: [], pinned: false },
      ...bearingOf(outgoing),
    };
    foreseen.set(outgoing, message);
  }
  return message;
}
