import type { Message, Notification as Told } from '../../generated/contract';
import { BASE } from '../base';
import { laterTexts } from '../i18n/catalogue.svelte';
import { notificationText, notificationTitle } from '../inbox-texts';
import type { Chat } from '../state/chat.svelte';
import { panel } from '../state/panel.svelte';
import { preferences } from '../state/preferences.svelte';
import { router } from '../state/router.svelte';
import { isWanted, notificationAlert, type AlertKind } from './alert-kind';
import { isQuiet } from './quiet';
import { playSound } from './sounds';
import { tellingOf, tellingOfMessage, type Telling } from './telling';

/** A tab that shows the room speaks first; the others wait this long to hear that it does. */
const DEFERENCE_MS = 150;
/** So long is remembered which tab told of something. */
const TOLD_MS = 3000;

/** A message that was not heard before. What becomes a notification is told as that. */
export function hearMessage(chat: Chat, message: Message): void {
  const { me, presence, rooms, attention } = chat;
  const room = rooms.find(message.roomId);
  const reader = {
    id: me.id,
    availability: presence.status(me.id).status,
    notifyAbout: preferences.notifyAbout,
  };
  if (!room || !isWanted(message, room, reader) || isQuiet(attention.preferences?.quietHours)) {
    return;
  }
  const find = () => tellingOfMessage(chat, message);
  consider(chat, message.id, isWatching(message.roomId), 'message', find);
}

export function hearNotification(chat: Chat, told: Told): void {
  const kind = notificationAlert(told, preferences.notifyAbout);
  if (!kind) return;
  const { roomId, messageId, threadRoot } = told;
  const isSeen = messageId !== undefined && roomId !== undefined && isWatching(roomId, threadRoot);
  if (!isSeen) void announce(chat, told);
  consider(chat, messageId ?? told.id, isSeen, kind, () => tellingOf(chat, told));
}

async function announce(chat: Chat, told: Told): Promise<void> {
  await laterTexts();
  const room = chat.rooms.find(told.roomId ?? '');
  const title = notificationTitle(told, room ? chat.rooms.title(room) : '');
  const text = notificationText(told, chat.people);
  chat.alerts.announcement = text ? `${title}: ${text}` : title;
}

/** `id` is the same in all tabs. */
function consider(
  chat: Chat,
  id: string,
  isSeen: boolean,
  kind: AlertKind,
  find: () => Telling | Promise<Telling>,
): void {
  if (isSeen) void claim(id);
  else setTimeout(() => void tell(chat, id, kind, find), DEFERENCE_MS);
}

async function tell(
  { alerts }: Chat,
  id: string,
  kind: AlertKind,
  find: () => Telling | Promise<Telling>,
): Promise<void> {
  if (!(await claim(id))) return;
  if (kind !== 'message') alerts.wasMissed = true;
  if (preferences.sounds) void playSound(kind);
  if (alerts.permission === 'granted' && !document.hasFocus()) await show(await find());
}

async function show({ title, body, path, tag }: Telling): Promise<void> {
  const options = { body, icon: `${BASE}icon-192.png`, tag, data: { path } };
  // Phones allow notifications to service workers alone.
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker) {
    await worker.showNotification(title, options);
    return;
  }
  const notification = new Notification(title, options);
  notification.onclick = () => {
    focus();
    router.go(path);
    notification.close();
  };
}

/** Whether a room, or a thread in it, is before the user's eyes. */
function isWatching(roomId: string, threadRoot?: string): boolean {
  if (!document.hasFocus()) return false;
  const { route } = router;
  const { current } = panel;
  if (current?.name === 'thread' && current.rootId === threadRoot) return true;
  return !threadRoot && route.page === 'chat' && route.roomId === roomId;
}

/** Whether this tab is the one that tells of something. Without locks, on plain HTTP, each is. */
async function claim(id: string): Promise<boolean> {
  if (!('locks' in navigator)) return true;
  return new Promise((decide) => {
    const options = { ifAvailable: true };
    void navigator.locks.request(`maru:alert:${id}`, options, async (lock) => {
      decide(lock !== null);
      if (lock) await new Promise((done) => setTimeout(done, TOLD_MS));
    });
  });
}
