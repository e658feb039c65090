import type { Message } from '../generated/contract';
import { t } from './i18n/catalogue.svelte';
import type { Conversation } from './state/conversation.svelte';
import { dialogs } from './state/dialogs.svelte';
import { toasts } from './state/toasts.svelte';

/** Stores a message's new text, and leaves the editor; of one that says nothing any more it asks whether to delete it. */
export async function saveEdit(
  conversation: Conversation,
  message: Message,
  content: string,
): Promise<void> {
  const trimmed = content.trim();
  if (trimmed === '' && !message.files) {
    askToDelete(conversation, message);
    return;
  }
  const { connection } = conversation.chat;
  const isDone =
    trimmed === message.content ||
    (await toasts.attempt(() =>
      connection.request('message:edit', { messageId: message.id, content: trimmed }),
    ));
  if (isDone) conversation.endEdit(message);
}

export function askToDelete(conversation: Conversation, message: Message): void {
  dialogs.ask({
    title: t('message.delete.title'),
    text: t('message.delete.text'),
    action: t('message.delete'),
    run: async () => {
      await conversation.chat.connection.request('message:delete', { messageId: message.id });
      conversation.endEdit(message);
    },
  });
}
