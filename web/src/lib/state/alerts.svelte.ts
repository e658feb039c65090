import type { Message, Notification as Told } from '../../generated/contract';
import { isWanted, notificationAlert, type AlertKind } from '../alerts/alert-kind';
import type { Telling } from '../alerts/telling';
import type { Chat } from './chat.svelte';
import { panel } from './panel.svelte';
import { preferences } from './preferences.svelte';
import { router } from './router.svelte';

/** A tab that shows the room speaks first; the others wait this long to hear that it does. */
const DEFERENCE_MS = 150;
/** So long is remembered which tab told of something. */
const TOLD_MS = 3000;

/** Tells of what concerns the user by sound and by notifications of the system. */
export class Alerts {
  permission = $state<NotificationPermission | 'unsupported'>(currentPermission());
  #wasMissed = $state(false);

  readonly #chat: Chat;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  /** Something came that a notification would have told of: now it makes sense to ask. Reactive. */
  get isOffered(): boolean {
    return this.#wasMissed && this.permission === 'default' && !preferences.wasAskedToNotify;
  }

  /** Asks the browser, which asks the user. Only ever as the answer to a click. */
  async allow(): Promise<void> {
    preferences.change({ wasAskedToNotify: true });
    this.permission = await Notification.requestPermission();
  }

  decline(): void {
    preferences.change({ wasAskedToNotify: true });
  }

  /** A message that was not heard before. What becomes a notification is told as that. */
  hear(message: Message): void {
    const { me, presence, rooms } = this.#chat;
    const room = rooms.find(message.roomId);
    const reader = {
      id: me.id,
      availability: presence.status(me.id).status,
      notifyAbout: preferences.notifyAbout,
    };
    if (!room || !isWanted(message, room, reader)) return;
    const isSeen = this.#isWatching(message.roomId);
    this.#consider(message.id, isSeen, 'message', async () => {
      const [{ tellingOfMessage }, { isQuiet }] = await Promise.all([
        import('../alerts/telling'),
        import('../alerts/quiet'),
      ]);
      const { preferences: own } = this.#chat.attention;
      return isQuiet(own?.quietHours) ? null : tellingOfMessage(this.#chat, message);
    });
  }

  notify(told: Told): void {
    const kind = notificationAlert(told, preferences.notifyAbout);
    if (!kind) return;
    const { roomId, messageId, threadRoot } = told;
    const isSeen =
      messageId !== undefined && roomId !== undefined && this.#isWatching(roomId, threadRoot);
    this.#consider(messageId ?? told.id, isSeen, kind, async () => {
      const { tellingOf } = await import('../alerts/telling');
      return tellingOf(this.#chat, told);
    });
  }

  /** `id` is the same in all tabs. `find` says what to show, or null for nothing at all. */
  #consider(
    id: string,
    isSeen: boolean,
    kind: AlertKind,
    find: () => Promise<Telling | null>,
  ): void {
    if (isSeen) void claim(id);
    else setTimeout(() => void this.#tell(id, kind, find), DEFERENCE_MS);
  }

  async #tell(id: string, kind: AlertKind, find: () => Promise<Telling | null>): Promise<void> {
    if (!(await claim(id))) return;
    const telling = await find();
    if (!telling) return;
    if (kind !== 'message') this.#wasMissed = true;
    if (preferences.sounds)
      void import('../alerts/sounds').then((sounds) => sounds.playSound(kind));
    if (this.permission === 'granted' && !document.hasFocus()) await show(telling);
  }

  /** Whether a room, or a thread in it, is before the user's eyes. */
  #isWatching(roomId: string, threadRoot?: string): boolean {
    if (!document.hasFocus()) return false;
    const { route } = router;
    const { current } = panel;
    if (current?.name === 'thread' && current.rootId === threadRoot) return true;
    return !threadRoot && route.page === 'chat' && route.roomId === roomId;
  }
}

async function show({ title, body, path, tag }: Telling): Promise<void> {
  const options = { body, icon: '/icon-192.png', tag, data: { path } };
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

function currentPermission(): NotificationPermission | 'unsupported' {
  return 'Notification' in globalThis ? Notification.permission : 'unsupported';
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
