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

it('stand in the topmost dialog, and on the page again when it is closed', () => {
  const [page, dialog, question] = [Symbol(), Symbol(), Symbol()];
  const close = toasts.offerPlace(dialog, 'dialog');
  // What is on the page is loaded later.
  const leave = toasts.offerPlace(page, 'page');
  const answer = toasts.offerPlace(question, 'dialog');
  const where = () => [page, dialog, question].map((place) => toasts.areAt(place));
  expect(where()).toEqual([false, false, true]);
  answer();
  expect(where()).toEqual([false, true, false]);
  close();
  expect(where()).toEqual([true, false, false]);
  leave();
});
