import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ReadMark } from './read-mark.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function markOf(readSeq: number): { mark: ReadMark; told: number[] } {
  const told: number[] = [];
  const mark = new ReadMark(
    () => readSeq,
    (seq) => Promise.resolve(told.push(seq)),
  );
  return { mark, told };
}

it('tells the last of what was seen, and nothing that is known', async () => {
  const { mark, told } = markOf(3);
  mark.see(3);
  await vi.runAllTimersAsync();
  mark.see(4);
  mark.see(6);
  await vi.runAllTimersAsync();
  mark.see(6);
  await vi.runAllTimersAsync();
  expect(told).toEqual([6]);
});

it('leaves unread what is to stay so, until it is released', async () => {
  const { mark, told } = markOf(3);
  mark.see(5);
  mark.hold();
  await vi.runAllTimersAsync();
  mark.see(6);
  await vi.runAllTimersAsync();
  expect(told).toEqual([]);
  mark.release();
  mark.see(7);
  await vi.runAllTimersAsync();
  expect(told).toEqual([7]);
});
