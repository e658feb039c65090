import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onDemand } from './on-demand';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tries again until it is there: after a while, or as soon as there is a network', async () => {
  const load = vi.fn<() => Promise<string>>().mockRejectedValue(new TypeError('Failed to fetch'));
  const part = onDemand(load);
  await vi.advanceTimersByTimeAsync(999);
  expect(load).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(load).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1999);
  expect(load).toHaveBeenCalledTimes(2);
  load.mockResolvedValue('part');
  dispatchEvent(new Event('online'));
  await expect(part).resolves.toBe('part');
  expect(load).toHaveBeenCalledTimes(3);
});

it('asks anew for a style sheet that did not come', async () => {
  const link = document.createElement('link');
  link.href = '/assets/Part-1.css';
  document.head.append(link);
  const load = vi.fn<() => Promise<string>>().mockResolvedValue('part');
  load.mockRejectedValueOnce(new Error('Unable to preload CSS for /assets/Part-1.css'));
  const part = onDemand(load);
  await vi.advanceTimersByTimeAsync(1000);
  await expect(part).resolves.toBe('part');
  const now = document.querySelector('link[href="/assets/Part-1.css"]');
  expect(now).not.toBeNull();
  expect(now).not.toBe(link);
});
