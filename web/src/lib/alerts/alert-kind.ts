import type { Availability, Message, RoomSummary } from '../../generated/contract';
import type { NotifyAbout } from '../state/preferences.svelte';

/** Why a message is told beyond the page. */
export type AlertKind = 'mention' | 'direct' | 'message';

export interface Reader {
  id: string;
  availability: Availability;
  notifyAbout: NotifyAbout;
}

/** Why the reader should be told of a new message; null when they should not. */
export function alertKind(message: Message, room: RoomSummary, reader: Reader): AlertKind | null {
  if (message.kind !== 'text' || message.user.id === reader.id) return null;
  if (reader.availability === 'dnd' || reader.notifyAbout === 'nothing' || room.muted) return null;
  if (message.mentionsGroup || message.mentions.includes(reader.id)) return 'mention';
  if (room.kind === 'direct') return 'direct';
  return reader.notifyAbout === 'everything' ? 'message' : null;
}
