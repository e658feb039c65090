import type { Preferences } from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { toasts } from './toasts.svelte';

/** Changes what the user wants on all their devices. Shown at once. */
export async function changeOwn(chat: Chat, changes: Partial<Preferences>): Promise<void> {
  const { attention, connection } = chat;
  const before = attention.preferences;
  if (!before) return;
  const after = { ...before, ...changes };
  attention.preferences = after;
  const isDone = await toasts.attempt(() => connection.request('preferences:update', after));
  if (!isDone) attention.preferences = before;
}
