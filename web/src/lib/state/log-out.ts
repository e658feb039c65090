import { attachedKey } from '../files';
import type { Chat } from './chat.svelte';
import { database } from './database';
import { recentKey } from './panel.svelte';

/** Ends the session, and leaves nothing here of what the user wrote. Rejects when the server does not know of it. */
export async function logOut({ me, session, outbox, drafts, uploads }: Chat): Promise<void> {
  await session.logOut(async () => {
    outbox.clear();
    drafts.clear();
    uploads?.stop();
    sessionStorage.removeItem(attachedKey(me.id));
    localStorage.removeItem(recentKey(me.id));
    // A browser that refuses its disk has kept nothing.
    await forget(me.id).catch(() => undefined);
  });
}

/** Removes all that one user wrote from the disk, whether or not it was loaded. */
export async function forget(userId: string): Promise<void> {
  const stores = (await database()).transaction(['outbox', 'drafts'], 'readwrite');
  for (const name of ['outbox', 'drafts'] as const) {
    const index = stores.objectStore(name).index('userId');
    for await (const kept of index.iterate(userId)) await kept.delete();
  }
  await stores.done;
}
