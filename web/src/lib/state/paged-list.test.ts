import { expect, it } from 'vitest';
import { PagedList, type ListPage } from './paged-list.svelte';

interface Asked {
  cursor: string | undefined;
  answer: (page: ListPage<string>) => void;
  fail: () => void;
}

function listOf(): { list: PagedList<string>; asked: Asked[] } {
  const asked: Asked[] = [];
  const list = new PagedList<string>(
    (cursor) =>
      new Promise((answer, fail) => asked.push({ cursor, answer, fail: () => fail(new Error()) })),
    (item) => item,
  );
  return { list, asked };
}

const settled = () => new Promise((done) => setTimeout(done));

it('goes on where a page ended, and leaves out what has moved meanwhile', async () => {
  const { list, asked } = listOf();
  void list.load();
  expect(list.status).toBe('loading');
  asked[0]?.answer({ items: ['d', 'c'], cursor: 'c' });
  await settled();
  expect([list.status, list.items, list.hasMore]).toEqual(['ready', ['d', 'c'], true]);
  void list.more();
  void list.more();
  expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, 'c']);
  asked[1]?.answer({ items: ['c', 'b', 'a'], cursor: undefined });
  await settled();
  expect([list.items, list.hasMore]).toEqual([['d', 'c', 'b', 'a'], false]);
  await list.more();
  expect(asked).toHaveLength(2);
});

it('carries out again what was heard while a page was under way', async () => {
  const { list, asked } = listOf();
  void list.load();
  list.apply((items) => ['new', ...items.filter((item) => item !== 'new')]);
  asked[0]?.answer({ items: ['old'], cursor: undefined });
  await settled();
  expect(list.items).toEqual(['new', 'old']);
  list.apply((items) => items.filter((item) => item !== 'old'));
  expect(list.items).toEqual(['new']);
});

it('keeps what is shown when it cannot be loaded anew, and says so when nothing is', async () => {
  const { list, asked } = listOf();
  void list.load();
  asked[0]?.fail();
  await settled();
  expect(list.status).toBe('failed');
  void list.load();
  asked[1]?.answer({ items: ['a'], cursor: 'a' });
  await settled();
  void list.load();
  asked[2]?.fail();
  await settled();
  expect([list.status, list.items]).toEqual(['ready', ['a']]);
  void list.more();
  asked[3]?.fail();
  await settled();
  expect([list.hasMoreFailed, list.isLoadingMore, list.hasMore]).toEqual([true, false, true]);
});

it('forgets the pages of a question that was replaced by another one', async () => {
  const { list, asked } = listOf();
  void list.load();
  asked[0]?.answer({ items: ['a'], cursor: 'a' });
  await settled();
  void list.more();
  void list.restart();
  expect([list.items, list.status]).toEqual([[], 'loading']);
  asked[1]?.answer({ items: ['late'], cursor: undefined });
  await settled();
  expect(list.items).toEqual([]);
  asked[2]?.answer({ items: ['other'], cursor: undefined });
  await settled();
  expect([list.items, list.hasMore]).toEqual([['other'], false]);
});

it('loads as much anew as is shown', async () => {
  const { list, asked } = listOf();
  void list.load();
  asked[0]?.answer({ items: ['d', 'c'], cursor: 'c' });
  await settled();
  void list.more();
  asked[1]?.answer({ items: ['b', 'a'], cursor: 'a' });
  await settled();
  void list.load();
  asked[2]?.answer({ items: ['e', 'd'], cursor: 'd' });
  await settled();
  expect(list.items).toEqual(['d', 'c', 'b', 'a']);
  // What moves between the answers comes twice.
  asked[3]?.answer({ items: ['d', 'c'], cursor: 'c' });
  await settled();
  expect([list.items, list.hasMore]).toEqual([['e', 'd', 'c'], true]);
  void list.more();
  expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, 'c', undefined, 'd', 'c']);
});

it('is loaded once by whoever looks at it', async () => {
  const { list, asked } = listOf();
  void list.open();
  asked[0]?.answer({ items: ['a'], cursor: undefined });
  await settled();
  void list.open();
  expect(asked).toHaveLength(1);
});
