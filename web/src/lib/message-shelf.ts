import type { Message } from '../generated/contract';
import { t } from './i18n/catalogue.svelte';
import type { Chat } from './state/chat.svelte';
import { panel } from './state/panel.svelte';
import { tasksOf } from './state/tasks.svelte';
import { toasts } from './state/toasts.svelte';
import { summaryOf } from './text/summary';
import { momentText } from './text/moment';

const MOST_TITLE = 200;
const MOST_REMINDER = 500;

/** Pins a message for everybody in its room, or takes it off. */
export async function togglePin(chat: Chat, { id: messageId, pinned }: Message): Promise<void> {
  await toasts.attempt(() => chat.connection.request('message:pin', { messageId, on: !pinned }));
}

/** Keeps a message for the user alone, or no more. */
export async function toggleSaved(chat: Chat, { id: messageId, saved }: Message): Promise<void> {
  const on = !saved;
  const isDone = await toasts.attempt(() =>
    chat.connection.request('message:save', { messageId, on }),
  );
  if (isDone && on) toasts.show(t('message.savedDone'));
}

/** The first words of a message, on one line. */
function excerpt({ people }: Chat, message: Message, most: number): string {
  const text = summaryOf(message, people).replace(/\s+/g, ' ').trim();
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}

/** What a reminder of a message says. */
export function reminderText(chat: Chat, message: Message): string {
  return excerpt(chat, message, MOST_REMINDER) || message.user.displayName;
}

/** Rejects with a `RequestFailure`. */
export async function remind(chat: Chat, message: Message, text: string, at: Date): Promise<void> {
  await chat.connection.request('reminder:create', {
    ...{ text, at: at.toISOString(), messageId: message.id },
  });
  toasts.show(t('reminder.done', { time: momentText(at) }));
}

/** Opens the room's tasks with one that is made from a message. */
export function beginTask(chat: Chat, message: Message): void {
  const { roomId } = message;
  tasksOf(chat, roomId).draft = {
    title: excerpt(chat, message, MOST_TITLE),
    messageId: message.id,
  };
  panel.open({ name: 'tasks', roomId });
}
