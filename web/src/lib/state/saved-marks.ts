import type { Chat } from './chat.svelte';

/** Shows anew which messages the user keeps: what other devices did meanwhile was not heard. */
export async function refreshSavedMarks(chat: Chat): Promise<void> {
  const saved = new Set<string>();
  const heard = new Map<string, boolean>();
  const unfollow = chat.connection.follow({
    'message:saved': ({ messageId, on }) => heard.set(messageId, on),
  });
  try {
    let cursor: string | undefined;
    do {
      const answer = await chat.connection.request('messages:saved', {
        ...(cursor ? { cursor } : {}),
      });
      for (const { message } of answer.messages) saved.add(message.id);
      cursor = answer.cursor;
    } while (cursor);
    // What was heard meanwhile is newer than the answers.
    for (const [messageId, on] of heard) {
      if (on) saved.add(messageId);
      else saved.delete(messageId);
    }
    for (const timeline of chat.shown) {
      for (const { id } of timeline.messages) {
        if ((timeline.find(id)?.saved ?? false) !== saved.has(id)) timeline.save(id, saved.has(id));
      }
    }
  } catch {
    // The next connection asks again.
  } finally {
    unfollow();
  }
}
