import type { Message, Notification } from '../../generated/contract';
import { BASE } from '../base';
import { laterTexts, t } from '../i18n/catalogue.svelte';
import { notificationText, notificationTitle } from '../inbox-texts';
import type { Chat } from '../state/chat.svelte';
import { roomPath } from '../state/router.svelte';
import { summaryOf } from '../text/summary';
import { taskPath, toldTask } from '../told-task';

/** What the system shows of something, and where it leads. */
export interface Telling {
  title: string;
  body: string;
  path: string;
  /** Those of one tag take each other's place. */
  tag: string;
}

const MOST_CHARACTERS = 200;

export function tellingOfMessage(chat: Chat, message: Message): Telling {
  const room = chat.rooms.find(message.roomId);
  const { displayName } = message.user;
  return {
    title: room ? `${displayName} · ${chat.rooms.title(room)}` : displayName,
    body: summaryOf(message, chat.people).slice(0, MOST_CHARACTERS),
    path: roomPath(message.roomId, message.seq),
    tag: message.roomId,
  };
}

export async function tellingOf(chat: Chat, told: Notification): Promise<Telling> {
  await laterTexts();
  const { type, roomId, messageId, user } = told;
  const room = chat.rooms.find(roomId ?? '');
  const roomTitle = room ? chat.rooms.title(room) : '';
  const line = notificationTitle(told, roomTitle);
  const isSaid = type === 'mention' || type === 'reply';
  const name = user?.displayName ?? t('app.name');
  const title = isSaid && roomTitle && room?.kind !== 'direct' ? `${name} · ${roomTitle}` : name;
  const task = toldTask(told);
  const message = roomId && messageId && !task ? await find(chat, roomId, messageId) : null;
  return {
    title: type === 'direct' || isSaid ? title : line,
    body: notificationText(told, chat.people).slice(0, MOST_CHARACTERS),
    path: task ? taskPath(task) : roomId ? roomPath(roomId, message?.seq) : BASE,
    tag: roomId ?? told.id,
  };
}

async function find(chat: Chat, roomId: string, messageId: string): Promise<Message | null> {
  const known = chat.timeline(roomId).find(messageId);
  // Without an answer it leads to the room.
  return known ?? chat.messageOf(roomId, messageId).catch(() => null);
}
