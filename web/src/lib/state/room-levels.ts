import type { NotificationLevel, RoomSummary } from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { toasts } from './toasts.svelte';

/** Mutes a room, or ends that. */
export async function toggleMuted(chat: Chat, { id: roomId, muted }: RoomSummary): Promise<void> {
  const isDone = await toasts.attempt(() =>
    chat.connection.request('room:mute', { roomId, muted: !muted }),
  );
  if (isDone) chat.rooms.mute(roomId, !muted);
}

/** Says what of a room becomes a notification. Shown at once. */
export async function setLevel(
  chat: Chat,
  { id: roomId, level: before }: RoomSummary,
  level: NotificationLevel,
): Promise<void> {
  chat.rooms.setLevel(roomId, level);
  const isDone = await toasts.attempt(() =>
    chat.connection.request('room:notify', { roomId, level }),
  );
  if (!isDone) chat.rooms.setLevel(roomId, before);
}
