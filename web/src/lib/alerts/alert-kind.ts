import type {
  Availability,
  Message,
  Notification,
  NotificationType,
  RoomSummary,
} from '../../generated/contract';
import { isOnlyInThread } from '../message-rows';
import type { NotifyAbout } from '../state/preferences.svelte';

/** Why something is told beyond the page. */
export type AlertKind = 'mention' | 'direct' | 'message';

export interface Reader {
  id: string;
  availability: Availability;
  /** What this device tells of. */
  notifyAbout: NotifyAbout;
}

const kinds: Record<NotificationType, AlertKind> = {
  mention: 'mention',
  direct: 'direct',
  reply: 'mention',
  invite: 'direct',
  task: 'mention',
  reminder: 'mention',
  report: 'mention',
  system: 'message',
};

/** Why the reader should be told of a notification; null when it is to be silent. */
export function notificationAlert(told: Notification, notifyAbout: NotifyAbout): AlertKind | null {
  return told.silent || told.read || notifyAbout === 'nothing' ? null : kinds[told.type];
}

/** Whether the reader wants to hear of a message that does not become a notification of theirs. */
export function isWanted(message: Message, room: RoomSummary, reader: Reader): boolean {
  if (message.kind !== 'text' || message.user.id === reader.id) return false;
  if (reader.availability === 'dnd' || reader.notifyAbout === 'nothing') return false;
  if (room.muted || room.level === 'nothing' || isOnlyInThread(message)) return false;
  if (room.kind === 'direct' || message.mentionsGroup || message.mentions.includes(reader.id)) {
    return false;
  }
  return room.level === 'all' || reader.notifyAbout === 'everything';
}
