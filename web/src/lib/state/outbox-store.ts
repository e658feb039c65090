import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Outgoing, OutboxStore } from './outbox.svelte';

interface Schema extends DBSchema {
  outbox: { key: string; value: Outgoing; indexes: { userId: string } };
}

/** The outbox in IndexedDB, in the order in which messages were written. */
export class IndexedOutboxStore implements OutboxStore {
  readonly #database: Promise<IDBPDatabase<Schema>> = openDB<Schema>('maru', 1, {
    upgrade(database) {
      const outbox = database.createObjectStore('outbox', { keyPath: 'clientMessageId' });
      outbox.createIndex('userId', 'userId');
    },
  });

  async load(userId: string): Promise<Outgoing[]> {
    return (await this.#database).getAllFromIndex('outbox', 'userId', userId);
  }

  async save(message: Outgoing): Promise<void> {
    await (await this.#database).put('outbox', message);
  }

  async remove(clientMessageId: string): Promise<void> {
    await (await this.#database).delete('outbox', clientMessageId);
  }
}
