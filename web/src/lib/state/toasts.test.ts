import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { toasts } from './toasts.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const shown = () => toasts.shown.map(({ text }) => text);

it('shows a note for a while, and one with something to do for longer', () => {
  toasts.show('done');
  toasts.show('removed', { label: 'Undo', run: () => undefined });
  expect(shown()).toEqual(['done', 'removed']);
  vi.advanceTimersByTime(6000);
  expect(shown()).toEqual(['removed']);
  vi.advanceTimersByTime(6000);
  expect(shown()).toEqual([]);
});

it('says the same only once', () => {
  toasts.show('again');
  toasts.show('again');
  expect(shown()).toEqual(['again']);
});
