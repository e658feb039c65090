import type { Message } from '../generated/contract';
import { copy } from './copy';
import { letterOf } from './keyboard';
import { askToDelete } from './message-editing';
import { togglePin, toggleSaved } from './message-shelf';
import type { Conversation } from './state/conversation.svelte';

/** Does what a key is for on the message that has the focus. */
export function actOn(
  event: Pick<KeyboardEvent, 'key' | 'code'>,
  message: Message,
  conversation: Conversation,
  anchor: HTMLElement,
): void {
  if (message.deleted || message.hidden) return;
  switch (letterOf(event)) {
    case 'r':
      conversation.reply(message);
      break;
    case 't':
      if (!conversation.threadRoot) conversation.openThread(message);
      break;
    case 'u':
      if (conversation.threadRoot || conversation.isMine(message)) break;
      void conversation.markUnread(message);
      break;
    case 'e':
      if (conversation.mayEdit(message)) conversation.edit(message);
      break;
    case 'c':
      if (message.content) void copy(message.content);
      break;
    case 'l':
      void copy(conversation.link(message));
      break;
    case 'p':
      if (conversation.mayPin(message)) void togglePin(conversation.chat, message);
      break;
    case 's':
      void toggleSaved(conversation.chat, message);
      break;
    case '+':
      conversation.menu = { kind: 'react', message, anchor };
      break;
    case 'Enter':
      conversation.menu = { kind: 'more', message, anchor };
      break;
    case 'Delete':
    case 'Backspace':
      if (conversation.mayDelete(message)) askToDelete(conversation, message);
      break;
  }
}
