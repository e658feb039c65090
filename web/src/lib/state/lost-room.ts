import { t, laterTexts } from '../i18n/catalogue.svelte';
import type { Chat } from './chat.svelte';
import { roomPath, router } from './router.svelte';
import { toasts } from './toasts.svelte';

/** Whether something that the user wrote for a room is left, though the room is theirs no more. */
function hasTexts(chat: Chat, roomId: string): boolean {
  return chat.drafts.has(roomId) || chat.outbox.in(roomId).length > 0;
}

/** Tells where what was written for a lost room can be had. */
export async function tellOfTexts(chat: Chat, ...roomIds: string[]): Promise<void> {
  const roomId = roomIds.find((id) => !chat.rooms.find(id) && hasTexts(chat, id));
  const { route } = router;
  if (!roomId || (route.page === 'chat' && route.roomId === roomId)) return;
  await laterTexts();
  const lost = chat.lost.get(roomId);
  toasts.show(lost ? t('room.lost.named', { room: lost.title }) : t('room.lost'), {
    label: t('room.lost.show'),
    run: () => router.go(roomPath(roomId)),
  });
}
