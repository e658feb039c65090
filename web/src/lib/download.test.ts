import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { saveAs } from './download';

beforeEach(() => {
  vi.useFakeTimers();
  // jsdom has neither.
  URL.createObjectURL = vi.fn(() => 'blob:codes');
  URL.revokeObjectURL = vi.fn();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('saves a file, and keeps its content until every browser has read it', () => {
  const saved: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push(this.download, this.href);
  });
  saveAs(new Blob(['A-B']), 'codes.txt');
  expect(saved).toEqual(['codes.txt', 'blob:codes']);
  vi.advanceTimersByTime(30_000);
  expect(URL.revokeObjectURL).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(URL.revokeObjectURL).toHaveBeenCalledExactlyOnceWith('blob:codes');
  expect(vi.getTimerCount()).toBe(0);
});
