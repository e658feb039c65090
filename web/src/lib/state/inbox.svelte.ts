import type {
  Notification,
  NotificationRead,
  NotificationWithdrawn,
} from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { PagedList } from './paged-list.svelte';
import { toasts } from './toasts.svelte';

const PAGE = 40;

/** What concerned the user lately: loaded when they look the first time, followed from then on. */
export class Inbox {
  readonly list: PagedList<Notification>;
  unreadOnly = $state(false);
  readonly #chat: Chat;

  constructor(chat: Chat) {
    this.#chat = chat;
    this.list = new PagedList(
      (cursor) => this.#ask(cursor),
      ({ id }) => id,
    );
    chat.connection.follow({
      // Commands are possible only after every listener of `ready` was called.
      ready: () => queueMicrotask(() => void this.list.load()),
      notification: (told) => this.hear(told),
      'notification:read': (event) => this.wasRead(event),
      'notification:withdrawn': (event) => this.withdraw(event),
    });
  }

  async show(unreadOnly: boolean): Promise<void> {
    this.unreadOnly = unreadOnly;
    await this.list.restart();
  }

  hear(told: Notification): void {
    if (told.user) this.#chat.people.learn(told.user);
    this.list.apply((items) => [told, ...items.filter(({ id }) => id !== told.id)]);
  }

  wasRead({ notificationId, notificationIds, all }: NotificationRead): void {
    if (!all && !notificationId && !notificationIds) {
      void this.list.load();
      return;
    }
    const ids = new Set([notificationId, ...(notificationIds ?? [])]);
    this.list.apply((items) =>
      items.map((item) =>
        !item.read && (all || ids.has(item.id)) ? { ...item, read: true } : item,
      ),
    );
  }

  withdraw({ notificationId, roomId }: NotificationWithdrawn): void {
    const isOfRoom = (item: Notification) => roomId !== undefined && item.roomId === roomId;
    this.list.apply((items) =>
      items
        .filter(
          (item) => item.id !== notificationId && (item.type === 'reminder' || !isOfRoom(item)),
        )
        // A reminder outlives the room that it leads to, and leads nowhere then.
        .map((item) =>
          isOfRoom(item) ? { ...item, roomId: undefined, messageId: undefined } : item,
        ),
    );
  }

  /** Shown at once; what is unread then comes as an event. */
  async read(notification: Notification): Promise<void> {
    if (notification.read) return;
    const { id } = notification;
    this.wasRead({ notificationId: id, unread: 0 });
    const isDone = await toasts.attempt(() =>
      this.#chat.connection.request('notification:read', { notificationId: id }),
    );
    if (!isDone) {
      this.list.apply((items) =>
        items.map((item) => (item.id === id ? { ...item, read: false } : item)),
      );
    }
  }

  async readAll(): Promise<void> {
    await toasts.attempt(() => this.#chat.connection.request('notification:read', { all: true }));
  }

  async #ask(cursor?: string) {
    const { notifications, cursor: next } = await this.#chat.connection.request(
      'notifications:list',
      { limit: PAGE, unreadOnly: this.unreadOnly, ...(cursor ? { cursor } : {}) },
    );
    for (const { user } of notifications) if (user) this.#chat.people.learn(user);
    return { items: notifications, cursor: next };
  }
}

const inboxes = new WeakMap<Chat, Inbox>();

/** The inbox of whoever is logged in. */
export function inboxOf(chat: Chat): Inbox {
  let inbox = inboxes.get(chat);
  if (!inbox) {
    inbox = new Inbox(chat);
    inboxes.set(chat, inbox);
  }
  return inbox;
}
