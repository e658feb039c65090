import type { RoomSummary } from '../../generated/contract';
import { BASE } from '../base';
import { t } from '../i18n/catalogue.svelte';
import type { Chat } from './chat.svelte';
import { dialogs } from './dialogs.svelte';
import { router } from './router.svelte';

/** Asks whether the user wants to leave a room, and leaves it. */
export function askToLeave(chat: Chat, room: RoomSummary): void {
  const { id: roomId, kind } = room;
  dialogs.ask({
    title: t('room.leave.title', { room: chat.rooms.title(room) }),
    text: t(kind === 'public' ? 'room.leave.text' : 'room.leave.textPrivate'),
    action: t('room.leave'),
    run: async () => {
      await chat.connection.request('room:leave', { roomId });
      chat.dismiss(roomId);
      router.go(BASE, 'replace');
    },
  });
}
