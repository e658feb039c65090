import { BASE } from '../base';
import { EMOJI_KEY } from '../emoji/favourites';
import { attachedKey } from '../files';
import type { Chat } from './chat.svelte';
import { database } from './database';
import { recentKey } from './panel.svelte';
import { LAST_ROOM, router } from './router.svelte';

/** Ends the session, and leaves nothing here of what the user wrote. Rejects when the server does not know of it. */
export async function logOut({ me, session, outbox, drafts, uploads }: Chat): Promise<void> {
  await session.logOut(async () => {
    outbox.clear();
    drafts.clear();
    uploads?.stop();
    await leaveNothing(me.id);
  });
}

/** Removes what one user wrote and looked for from this browser, and what it shows of messages. */
export async function leaveNothing(userId: string): Promise<void> {
  sessionStorage.removeItem(attachedKey(userId));
  for (const key of [recentKey(userId), EMOJI_KEY, LAST_ROOM]) localStorage.removeItem(key);
  await withdrawNotifications();
  // Whoever logs in next is not led into a room that may not be theirs.
  router.go(BASE, 'replace');
  // A browser that refuses its disk has kept nothing.
  await forget(userId).catch(() => undefined);
}

/** What the system still shows of messages goes with whom they were for. */
async function withdrawNotifications(): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const shown of (await worker?.getNotifications()) ?? []) shown.close();
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
