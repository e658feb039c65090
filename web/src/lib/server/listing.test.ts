import { describe, expect, it } from 'vitest';
import { Listing } from './listing.svelte';

/** A list of so many numbers in pages of two, of which some cannot be had. */
function listOf(count: number) {
  const state = { count, failing: new Set<string | undefined>() };
  const list = new Listing<number>(async (cursor) => {
    if (state.failing.has(cursor)) throw new Error('no answer');
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(2, state.count - from) }, (_, at) => from + at);
    return { items, cursor: from + 2 < state.count ? String(from + 2) : undefined };
  });
  return { list, state };
}

describe('a list of the administration', () => {
  it('comes page by page, and begins anew', async () => {
    const { list } = listOf(5);
    await list.load();
    await list.more();
    expect([list.items, list.cursor]).toEqual([[0, 1, 2, 3], '4']);
    await list.load();
    expect([list.items, list.cursor]).toEqual([[0, 1], '2']);
  });

  it('is renewed as far as it was shown', async () => {
    const { list, state } = listOf(7);
    await list.load();
    await list.more();
    state.count = 6;
    await list.renew();
    expect([list.items, list.cursor]).toEqual([[0, 1, 2, 3], '4']);
    state.count = 1;
    await list.renew();
    expect([list.items, list.cursor]).toEqual([[0], undefined]);
  });

  it('keeps what it shows when a page cannot be had, which is asked for again', async () => {
    const { list, state } = listOf(5);
    await list.load();
    state.failing.add('2');
    await list.more();
    expect([list.items, list.isLoading]).toEqual([[0, 1], false]);
    state.failing.clear();
    await list.again();
    expect([list.items, list.failure]).toEqual([[0, 1, 2, 3], '']);
  });

  it('that could not be had at all is asked for from the beginning', async () => {
    const { list, state } = listOf(3);
    state.failing.add(undefined);
    await list.load();
    expect(list.isKnown).toBe(false);
    state.failing.clear();
    await list.again();
    expect([list.isKnown, list.items]).toEqual([true, [0, 1]]);
  });
});
