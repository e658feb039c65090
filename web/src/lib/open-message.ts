import type { Message } from '../generated/contract';
import type { Chat } from './state/chat.svelte';
import { panel, PANEL_COVERS, type OpenPanel } from './state/panel.svelte';
import { roomPath, router } from './state/router.svelte';

/** Where a message is to be read. */
type Place = Pick<Message, 'roomId' | 'id' | 'seq' | 'threadRoot' | 'alsoInRoom'>;

/** Leads to a message: to its place in the room, or in the thread where it alone stands. */
export function openMessage(message: Place, from: OpenPanel | null): void {
  const { roomId, seq, threadRoot } = message;
  if (threadRoot && !message.alsoInRoom) {
    openThread(roomId, threadRoot, from, seq);
    return;
  }
  panel.makeWay();
  router.go(roomPath(roomId, seq));
}

/** Opens a thread beside its room. */
export function openThread(
  roomId: string,
  rootId: string,
  from: OpenPanel | null = null,
  seq?: number,
): void {
  openBeside(roomId, { name: 'thread', roomId, rootId, ...(seq ? { seq } : {}) }, from);
}

/** Opens something of a room beside that room. */
export function openBeside(roomId: string, opened: OpenPanel, from: OpenPanel | null): void {
  const { route } = router;
  const isInRoom = route.page === 'chat' && route.roomId === roomId;
  // Where the panel covers the room, "back" leads straight to what it was opened from.
  if (!isInRoom && !matchMedia(PANEL_COVERS).matches) router.go(roomPath(roomId));
  panel.open(opened, from);
}

/** Leads to a message of which only its id is known. Rejects with a `RequestFailure`. */
export async function openMessageById(
  chat: Chat,
  roomId: string,
  messageId: string,
  from: OpenPanel | null,
): Promise<void> {
  const message = await chat.messageOf(roomId, messageId);
  if (message) openMessage(message, from);
}
