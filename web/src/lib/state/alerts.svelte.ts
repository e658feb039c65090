import type { Message } from '../../generated/contract';
import { alertKind, type AlertKind } from '../alerts/alert-kind';
import { plainText } from '../text/plain';
import type { Chat } from './chat.svelte';
import { preferences } from './preferences.svelte';
import { roomPath, router } from './router.svelte';

/** A tab that shows the room speaks first; the others wait this long to hear that it does. */
const DEFERENCE_MS = 150;
/** So long is remembered which tab told of a message. */
const TOLD_MS = 3000;

/** Tells of mentions and direct messages by sound and by notifications of the system. */
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

  /** A message that was not heard before. */
  hear(message: Message): void {
    const room = this.#chat.rooms.find(message.roomId);
    if (!room) return;
    const { me, presence } = this.#chat;
    const kind = alertKind(message, room, {
      id: me.id,
      availability: presence.status(me.id).status,
      notifyAbout: preferences.notifyAbout,
    });
    if (!kind) return;
    if (this.#isWatching(message.roomId)) void claim(message.id);
    else setTimeout(() => void this.#tell(message, kind), DEFERENCE_MS);
  }

  async #tell(message: Message, kind: AlertKind): Promise<void> {
    if (!(await claim(message.id))) return;
    if (kind !== 'message') this.#wasMissed = true;
    if (preferences.sounds)
      void import('../alerts/sounds').then((sounds) => sounds.playSound(kind));
    if (this.permission === 'granted' && !document.hasFocus()) await this.#notify(message, kind);
  }

  async #notify(message: Message, kind: AlertKind): Promise<void> {
    const { rooms } = this.#chat;
    const room = rooms.find(message.roomId);
    const { displayName } = message.user;
    const title =
      kind === 'direct' || !room ? displayName : `${displayName} · ${rooms.title(room)}`;
    const path = roomPath(message.roomId, message.seq);
    const options = {
      body: plainText(message.content).slice(0, 200),
      icon: '/icon-192.png',
      tag: message.roomId,
      data: { path },
    };
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

  #isWatching(roomId: string): boolean {
    const { route } = router;
    return document.hasFocus() && route.page === 'chat' && route.roomId === roomId;
  }
}

function currentPermission(): NotificationPermission | 'unsupported' {
  return 'Notification' in globalThis ? Notification.permission : 'unsupported';
}

/** Whether this tab is the one that tells of a message. Without locks, on plain HTTP, each is. */
async function claim(messageId: string): Promise<boolean> {
  if (!('locks' in navigator)) return true;
  return new Promise((decide) => {
    const options = { ifAvailable: true };
    void navigator.locks.request(`maru:alert:${messageId}`, options, async (lock) => {
      decide(lock !== null);
      if (lock) await new Promise((done) => setTimeout(done, TOLD_MS));
    });
  });
}
