import { database } from './database';
import type { OutboxStore } from './outbox.svelte';
import type { Outgoing } from './outgoing';

/** The outbox in IndexedDB. */
export class IndexedOutboxStore implements OutboxStore {
  async load(userId: string): Promise<Outgoing[]> {
    return (await database()).getAllFromIndex('outbox', 'userId', userId);
  }

  async save(message: Outgoing): Promise<void> {
    await (await database()).put('outbox', message);
  }

  async remove(clientMessageId: string): Promise<void> {
    await (await database()).delete('outbox', clientMessageId);
  }
}
