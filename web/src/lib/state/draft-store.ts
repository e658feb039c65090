import { database } from './database';
import type { Draft, DraftStore } from './drafts.svelte';

/** Drafts in IndexedDB. */
export class IndexedDraftStore implements DraftStore {
  async load(userId: string): Promise<Draft[]> {
    return (await database()).getAllFromIndex('drafts', 'userId', userId);
  }

  async save(draft: Draft): Promise<void> {
    await (await database()).put('drafts', draft);
  }

  async remove(userId: string, roomId: string): Promise<void> {
    await (await database()).delete('drafts', [userId, roomId]);
  }
}
