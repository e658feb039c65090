import type { Message, Notification as Told } from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { preferences } from './preferences.svelte';

/** Tells of what concerns the user by sound and by notifications of the system. */
export class Alerts {
  permission = $state<NotificationPermission | 'unsupported'>(currentPermission());
  /** Something came that a notification would have told of. */
  wasMissed = $state(false);
  /** What came last, for whoever listens to the page. */
  announcement = $state('');

  readonly #chat: Chat;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  /** Now it makes sense to ask. Reactive. */
  get isOffered(): boolean {
    return this.wasMissed && this.permission === 'default' && !preferences.wasAskedToNotify;
  }

  /** Asks the browser, which asks the user. Only ever as the answer to a click. */
  async allow(): Promise<void> {
    preferences.change({ wasAskedToNotify: true });
    this.permission = await Notification.requestPermission();
  }

  decline(): void {
    preferences.change({ wasAskedToNotify: true });
  }

  hear(message: Message): void {
    void deciding().then((decide) => decide?.hearMessage(this.#chat, message));
  }

  notify(told: Told): void {
    void deciding().then((decide) => decide?.hearNotification(this.#chat, told));
  }
}

/** Nothing of it is needed before something is heard; without a network nothing is. */
function deciding() {
  return import('../alerts/deciding').catch(() => undefined);
}

function currentPermission(): NotificationPermission | 'unsupported' {
  return 'Notification' in globalThis ? Notification.permission : 'unsupported';
}
