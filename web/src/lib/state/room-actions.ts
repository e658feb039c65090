import type { RoomSummary } from '../../generated/contract';
import { placed } from '../room-sections';
import type { Chat } from './chat.svelte';
import { toasts } from './toasts.svelte';

/** Puts a room among the favourites at a place, counted from 0, or takes it off. Shown at once. */
export async function favour(chat: Chat, roomId: string, position: number | null): Promise<void> {
  const before = chat.rooms.favourites.map((room) => room.id);
  chat.rooms.arrangeFavourites(placed(before, roomId, position));
  const place = position === null ? {} : { position };
  const isDone = await toasts.attempt(() =>
    chat.connection.request('room:favourite', { roomId, ...place }),
  );
  if (!isDone) chat.rooms.arrangeFavourites(before);
}

/** Whether the server looks up what links of a room lead to. */
export async function switchPreviews(
  chat: Chat,
  { id: roomId, previews = true }: RoomSummary,
): Promise<void> {
  await toasts.attempt(async () => {
    const change = { roomId, previews: !previews };
    chat.rooms.update((await chat.connection.request('room:update', change)).room);
  });
}

export async function markRead(chat: Chat, room: RoomSummary): Promise<void> {
  const { id: roomId, lastSeq: seq } = room;
  // What is unread then is told to all devices, this one too, in order with what comes meanwhile.
  await toasts.attempt(() => chat.connection.request('message:read', { roomId, seq }));
}
