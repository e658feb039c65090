import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { repeatedly } from './repeatedly';

describe('repeatedly', () => {
  const page = { hidden: false };

  beforeEach(() => {
    vi.useFakeTimers();
    page.hidden = false;
    vi.stubGlobal('document', page);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('acts at once and after each pause, until it is ended', async () => {
    const act = vi.fn(() => Promise.resolve());
    const end = repeatedly(1000, act);
    expect(act).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2500);
    expect(act).toHaveBeenCalledTimes(3);
    end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not act for a page that nobody sees', async () => {
    const act = vi.fn(() => Promise.resolve());
    page.hidden = true;
    const end = repeatedly(1000, act);
    await vi.advanceTimersByTimeAsync(3000);
    expect(act).not.toHaveBeenCalled();
    page.hidden = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(act).toHaveBeenCalledTimes(1);
    end();
  });

  it('goes no further when it was ended while it acted', async () => {
    let finish = () => {};
    const act = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const end = repeatedly(1000, act);
    end();
    finish();
    await vi.advanceTimersByTimeAsync(3000);
    expect(act).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
