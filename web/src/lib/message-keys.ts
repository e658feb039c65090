import type { Message } from '../generated/contract';
import { withTexts } from './i18n/catalogue.svelte';
import { isComposing } from './keyboard';
import type { Conversation } from './state/conversation.svelte';
import { toasts } from './state/toasts.svelte';

/** A key of its own: no shortcut of the browser's or the client's, nothing an IME works on. */
export function isPlainKey(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !isComposing(event);
}

/** The letter of a key, whatever script the keyboard writes: on a Korean one `ㄱ` lies on R. */
export function letterOf({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : key;
}

/** What a key does to the message that has the focus. False when it does nothing. */
export function actOn(
  event: Pick<KeyboardEvent, 'key' | 'code'>,
  message: Message,
  conversation: Conversation,
  anchor: HTMLElement,
): boolean {
  if (message.deleted) return false;
  switch (letterOf(event)) {
    case 'r':
      conversation.reply(message);
      return true;
    case 't':
      if (conversation.threadRoot) return false;
      conversation.openThread(message);
      return true;
    case 'u':
      if (conversation.threadRoot || conversation.isMine(message)) return false;
      void conversation.markUnread(message);
      return true;
    case 'e':
      if (!conversation.mayEdit(message)) return false;
      conversation.edit(message);
      return true;
    case 'c':
      void conversation.copy(message.content);
      return true;
    case 'l':
      void conversation.copy(conversation.link(message));
      return true;
    case 'p':
    case 's':
      void keep(event, message, conversation);
      return true;
    case '+':
      conversation.menu = { kind: 'react', message, anchor };
      return true;
    case 'Enter':
      conversation.menu = { kind: 'more', message, anchor };
      return true;
    case 'Delete':
    case 'Backspace':
      if (!conversation.mayDelete(message)) return false;
      void withTexts(() => import('./message-editing')).then(({ askToDelete }) =>
        askToDelete(conversation, message),
      );
      return true;
    default:
      return false;
  }
}

/** Pins a message for the room, or keeps it for oneself. */
async function keep(
  event: Pick<KeyboardEvent, 'key' | 'code'>,
  message: Message,
  { chat }: Conversation,
): Promise<void> {
  await toasts.attempt(async () => {
    const { togglePin, toggleSaved } = await withTexts(() => import('./message-shelf'));
    await (letterOf(event) === 'p' ? togglePin : toggleSaved)(chat, message);
  });
}
