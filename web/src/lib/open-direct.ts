import type { Chat } from './state/chat.svelte';
import { roomPath, router } from './state/router.svelte';

/** Opens the conversation with these people; the server returns the one that is there already. */
export async function openDirect(chat: Chat, participants: string[]): Promise<void> {
  const { room } = await chat.connection.request('room:create', { kind: 'direct', participants });
  chat.admit(room);
  router.go(roomPath(room.id));
}
