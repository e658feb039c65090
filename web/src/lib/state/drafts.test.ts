import 'fake-indexeddb/auto';
import { beforeEach, expect, it, vi } from 'vitest';
import { message, tabsOf } from '../testing';
import { IndexedDraftStore } from './draft-store';
import { Drafts, type Draft, type DraftNews, type DraftStore } from './drafts.svelte';
import { forget } from './log-out';
import { BroadcastTabs, type Tabs } from './tabs';

class MemoryStore implements DraftStore {
  bridged: readonly DraftNews[] = [];
  readonly kept = new Map<string, Draft>();
  writes = 0;

  async load(): Promise<Draft[]> {
    return [...this.kept.values()];
  }

  async save(draft: Draft): Promise<void> {
    this.writes += 1;
    this.kept.set(draft.roomId, draft);
  }

  async remove(_: string, roomId: string): Promise<void> {
    this.kept.delete(roomId);
  }

  bridge(_: string, changes: readonly DraftNews[]): void {
    this.bridged = changes;
  }
}

function draftsIn(store: DraftStore, tabs = tabsOf<DraftNews>(1)[0] as Tabs<DraftNews>): Drafts {
  return new Drafts('ana', store, tabs);
}

beforeEach(() => {
  vi.useFakeTimers();
});

it('is written when the writer pauses, not at each key', async () => {
  const store = new MemoryStore();
  const drafts = draftsIn(store);
  for (const content of ['h', 'he', 'hel']) drafts.set('room', content);
  expect(drafts.get('room')).toBe('hel');
  expect(store.writes).toBe(0);
  await vi.runAllTimersAsync();
  expect([store.writes, store.kept.get('room')?.content]).toEqual([1, 'hel']);
});

it('is written at once when the page goes away', () => {
  const store = new MemoryStore();
  draftsIn(store).set('room', 'last words');
  dispatchEvent(new Event('pagehide'));
  expect(store.kept.get('room')?.content).toBe('last words');
});

it('is kept at once while it is being written, and not for longer', async () => {
  const store = new MemoryStore();
  const drafts = draftsIn(store);
  drafts.set('room', 'last words');
  drafts.set('other', 'more');
  drafts.delete('other');
  dispatchEvent(new Event('pagehide'));
  // What is under way to the disk may not arrive.
  expect(store.bridged).toMatchObject([
    { roomId: 'room', draft: { content: 'last words' } },
    { roomId: 'other', draft: null },
  ]);
  await vi.runAllTimersAsync();
  expect(store.bridged).toEqual([]);
});

it('is taken up from a page that was gone too soon', async () => {
  vi.useRealTimers();
  const store = new IndexedDraftStore();
  const old = { userId: 'eve', roomId: 'sent', content: 'sent', replyTo: null };
  await store.save(old);
  const draft = { ...old, roomId: 'room', content: 'last words' };
  store.bridge('eve', [
    { roomId: 'room', draft },
    { roomId: 'sent', draft: null },
  ]);
  expect(await store.load('eve')).toEqual([draft]);
  expect(localStorage.getItem('maru:drafts:eve')).toBeNull();
});

it('keeps what is answered, also without a word written', async () => {
  const store = new MemoryStore();
  const drafts = draftsIn(store);
  drafts.reply('room', message(7));
  await vi.runAllTimersAsync();
  const later = draftsIn(store);
  await later.restore();
  expect(later.replyTo('room')?.seq).toBe(7);
  expect([later.has('room'), later.has('other')]).toEqual([true, false]);
});

it('is gone once sent or emptied', async () => {
  const store = new MemoryStore();
  const drafts = draftsIn(store);
  drafts.set('room', 'hello');
  await vi.runAllTimersAsync();
  drafts.delete('room');
  expect([drafts.has('room'), store.kept.size]).toEqual([false, 0]);
  drafts.set('room', 'a');
  await vi.runAllTimersAsync();
  drafts.set('room', '');
  await vi.runAllTimersAsync();
  expect([drafts.has('room'), store.kept.size]).toEqual([false, 0]);
});

it('is no draft while it is blank', () => {
  const drafts = draftsIn(new MemoryStore());
  drafts.set('room', '  ');
  expect([drafts.get('room'), drafts.has('room')]).toEqual(['  ', false]);
});

it('is the same in all tabs', async () => {
  const store = new MemoryStore();
  const [one, two] = tabsOf<DraftNews>(2).map((tabs) => draftsIn(store, tabs));
  one?.set('room', 'shared');
  await vi.runAllTimersAsync();
  expect(two?.get('room')).toBe('shared');
  two?.delete('room');
  expect(one?.get('room')).toBeUndefined();
});

it('survives a reload in IndexedDB, for its own user alone', async () => {
  vi.useRealTimers();
  const tabs = () => new BroadcastTabs<DraftNews>('drafts');
  const before = new Drafts('ana', new IndexedDraftStore(), tabs());
  before.set('room', 'kept');
  before.stop();
  const after = new Drafts('ana', new IndexedDraftStore(), tabs());
  await after.restore();
  expect(after.get('room')).toBe('kept');
  const other = new Drafts('ben', new IndexedDraftStore(), tabs());
  await other.restore();
  expect(other.get('room')).toBeUndefined();
  other.set('room', 'of somebody else');
  other.stop();
  // What was written does not outlast a log out, though the other tabs cannot be told any more.
  after.set('another', 'not written yet');
  after.stop();
  after.clear();
  await forget('ana');
  const store = new IndexedDraftStore();
  expect(await store.load('ana')).toEqual([]);
  expect(await store.load('ben')).toHaveLength(1);
});
