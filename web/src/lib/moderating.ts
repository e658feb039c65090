import type { Message } from '../generated/contract';
import { t } from './i18n/catalogue.svelte';
import type { Chat } from './state/chat.svelte';
import { dialogs } from './state/dialogs.svelte';
import { toasts } from './state/toasts.svelte';

/** Hides a message for everybody in its room, or shows it again. */
export async function setHidden(chat: Chat, message: Message, hidden: boolean): Promise<void> {
  const { id: messageId } = message;
  await toasts.attempt(() => chat.connection.request('message:hide', { messageId, hidden }));
}

export function askToHide(chat: Chat, { id: messageId }: Message): void {
  dialogs.ask({
    title: t('message.hide.title'),
    text: t('message.hide.text'),
    action: t('message.hide'),
    run: async () => {
      await chat.connection.request('message:hide', { messageId, hidden: true });
    },
  });
}
