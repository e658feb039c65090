import { database } from './database';
import type { Draft, DraftNews, DraftStore } from './drafts.svelte';

/** Where what was still being saved when the page went away waits for the next one. */
const bridgeKey = (userId: string) => `maru:drafts:${userId}`;

/** Drafts in IndexedDB. */
export class IndexedDraftStore implements DraftStore {
  async load(userId: string): Promise<Draft[]> {
    for (const { roomId, draft } of bridged(userId)) {
      if (draft) await this.save(draft);
      else await this.remove(userId, roomId);
    }
    this.bridge(userId, []);
    return (await database()).getAllFromIndex('drafts', 'userId', userId);
  }

  async save(draft: Draft): Promise<void> {
    await (await database()).put('drafts', draft);
  }

  async remove(userId: string, roomId: string): Promise<void> {
    await (await database()).delete('drafts', [userId, roomId]);
  }

  bridge(userId: string, changes: readonly DraftNews[]): void {
    if (changes.length > 0) localStorage.setItem(bridgeKey(userId), JSON.stringify(changes));
    else localStorage.removeItem(bridgeKey(userId));
  }
}

function bridged(userId: string): DraftNews[] {
  try {
    return JSON.parse(localStorage.getItem(bridgeKey(userId)) ?? '[]') as DraftNews[];
  } catch {
    return [];
  }
}
