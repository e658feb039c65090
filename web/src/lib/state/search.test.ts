import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SearchHit, SearchMessages, SearchMessagesAck } from '../../generated/contract';
import { RequestFailure } from '../failure';
import { message, ScriptedWire } from '../testing';
import { Search } from './search.svelte';

const hit = (seq: number): SearchHit => ({
  ...{ message: message(seq), room: { id: 'room', kind: 'public', name: 'Room' } },
  ...{ snippet: `message ${seq}`, ranges: [[0, 7]] },
});
const page = (...seqs: number[]): SearchMessagesAck => ({
  hits: seqs.map(hit),
  total: seqs.length,
});

let answer: (asked: SearchMessages) => SearchMessagesAck | Promise<SearchMessagesAck>;
let wire: ScriptedWire;
let search: Search;
const asked = () => wire.asked.map(({ payload }) => payload as SearchMessages);
const seqs = () => search.hits.map(({ message: { seq } }) => seq);

async function type(query: string, forMs = 120): Promise<void> {
  search.query = query;
  search.follow();
  await vi.advanceTimersByTimeAsync(forMs);
}

beforeEach(() => {
  vi.useFakeTimers();
  answer = () => page(1);
  wire = new ScriptedWire({ 'messages:search': (payload: SearchMessages) => answer(payload) });
  search = new Search(wire);
});
afterEach(() => vi.useRealTimers());

it('asks once typing pauses, in the zone of the reader', async () => {
  await type('회', 60);
  await type('회의');
  expect(asked()).toHaveLength(1);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  expect(asked()[0]).toEqual({ query: '회의', sort: 'newest', timeZone, limit: 20 });
  expect(seqs()).toEqual([1]);
});

it('drops the answer to what is not asked any more', async () => {
  let late: (page: SearchMessagesAck) => void = () => undefined;
  answer = () => new Promise((resolve) => (late = resolve));
  await type('old');
  answer = () => page(2);
  await type('new');
  late(page(1));
  await vi.advanceTimersByTimeAsync(0);
  expect(seqs()).toEqual([2]);
});

describe('while a syllable is composed', () => {
  it('lets what was found stand, until it is whole', async () => {
    await type('회의');
    search.composing(true);
    answer = () => page();
    await type('회읠');
    expect(seqs()).toEqual([1]);
    search.composing(false);
    expect(seqs()).toEqual([]);
    expect(search.status).toBe('done');
  });

  it('says that nothing was found to who has stopped typing', async () => {
    await type('회의');
    search.composing(true);
    answer = () => page();
    await type('회읠', 2000);
    expect(seqs()).toEqual([]);
  });
});

it('does not call wrong what is still being written', async () => {
  const flaw = { reason: 'bad_day' as const, range: [3, 12] as [number, number] };
  answer = () => {
    throw new RequestFailure('invalid', 'no day', { field: 'query', flaw });
  };
  await type('회의 before:20 예산');
  expect(search.failure?.flaw).toEqual(flaw);

  await type('');
  answer = () => {
    const wider = { ...flaw, range: [0, 8] as [number, number] };
    throw new RequestFailure('invalid', 'no day', { field: 'query', flaw: wider });
  };
  await type('before:2');
  expect(search.failure).toBeNull();
  await vi.advanceTimersByTimeAsync(1000);
  expect(search.failure?.flaw?.reason).toBe('bad_day');
});

it('tries again by itself when it was too fast', async () => {
  answer = () => {
    throw new RequestFailure('rate_limited', 'slow down', { retryAfterMs: 500 });
  };
  await type('a');
  expect(search.failure?.code).toBe('rate_limited');
  answer = () => page(3);
  await vi.advanceTimersByTimeAsync(500);
  expect(search.failure).toBeNull();
  expect(seqs()).toEqual([3]);
});

describe('pages', () => {
  it('follow each other without a message twice', async () => {
    answer = ({ cursor }) => (cursor ? page(2, 1) : { ...page(3, 2), total: 3, cursor: 'next' });
    await type('a');
    expect(search.hasMore).toBe(true);
    await search.more();
    expect(asked()[1]).toMatchObject({ query: 'a', cursor: 'next' });
    expect(seqs()).toEqual([3, 2, 1]);
    expect([search.hasMore, search.total]).toEqual([false, 3]);
  });

  it('are not added to the answer of another question', async () => {
    let late: (page: SearchMessagesAck) => void = () => undefined;
    answer = ({ cursor }) =>
      cursor ? new Promise((resolve) => (late = resolve)) : { ...page(9), cursor: 'next' };
    await type('a');
    const more = search.more();
    answer = () => page(5);
    await type('b');
    late(page(8));
    await more;
    expect(seqs()).toEqual([5]);
  });

  it('can be asked for again', async () => {
    answer = ({ cursor }) => {
      if (cursor) throw RequestFailure.offline();
      return { ...page(2), cursor: 'next' };
    };
    await type('a');
    await search.more();
    expect([search.hasMoreFailed, search.hasMore]).toEqual([true, true]);
    answer = () => page(1);
    await search.more();
    expect(seqs()).toEqual([2, 1]);
  });
});

describe('what was found', () => {
  it('goes when the message or the room goes', async () => {
    answer = () => page(3, 2);
    await type('a');
    search.forget('m3');
    expect([seqs(), search.total]).toEqual([[2], 1]);
    search.leave('room');
    expect(seqs()).toEqual([]);
  });

  it('says what the message says now', async () => {
    await type('a');
    search.update(message(1, { content: 'said\nanew' }));
    expect(search.hits[0]).toMatchObject({ snippet: 'said anew', ranges: [] });
  });
});

it('says that it is awaited only when it takes long', async () => {
  answer = () => new Promise(() => undefined);
  await type('a', 250);
  expect(search.isSlow).toBe(false);
  await vi.advanceTimersByTimeAsync(100);
  expect(search.isSlow).toBe(true);
  await type('');
  expect([search.isSlow, search.status]).toEqual([false, 'idle']);
});
