import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Draft } from './drafts.svelte';
import type { History, Overview } from './last-known';
import type { Outgoing } from './outgoing';

export interface Schema extends DBSchema {
  outbox: { key: string; value: Outgoing; indexes: { userId: string } };
  drafts: { key: [string, string]; value: Draft; indexes: { userId: string } };
  overviews: { key: string; value: Overview };
  histories: { key: [string, string]; value: History; indexes: { opened: [string, number] } };
}

const VERSION = 3;

let opened: Promise<IDBPDatabase<Schema>> | undefined;

/** What this browser keeps of what its users wrote, and read last. Rejects where a browser refuses its disk. */
export function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('maru', VERSION, {
    upgrade(made, from) {
      if (from < 1) {
        const outbox = made.createObjectStore('outbox', { keyPath: 'clientMessageId' });
        outbox.createIndex('userId', 'userId');
      }
      if (from < 2) {
        const drafts = made.createObjectStore('drafts', { keyPath: ['userId', 'roomId'] });
        drafts.createIndex('userId', 'userId');
      }
      if (from < 3) {
        made.createObjectStore('overviews', { keyPath: 'userId' });
        const histories = made.createObjectStore('histories', { keyPath: ['userId', 'roomId'] });
        histories.createIndex('opened', ['userId', 'openedAt']);
      }
    },
    // A tab with a newer client must not wait for this one.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
  return opened;
}
