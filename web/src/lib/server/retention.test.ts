import { describe, expect, it } from 'vitest';
import { AS_TEAM, threatened } from './retention';

describe('messages are removed', () => {
  it('by a time of the room’s own, unless it stays as it is', () => {
    expect(threatened(30, 0, undefined)).toBe(30);
    expect(threatened(30, AS_TEAM, 365)).toBe(30);
    expect(threatened(30, 30, undefined)).toBe(0);
    expect(threatened(0, 30, 30)).toBe(0);
  });

  it('by the team’s time, where the room follows it from now on', () => {
    expect(threatened(AS_TEAM, 0, 30)).toBe(30);
    expect(threatened(AS_TEAM, 365, 30)).toBe(30);
  });

  it('not by a team that keeps everything, nor where nothing changes in effect', () => {
    expect(threatened(AS_TEAM, 0, undefined)).toBe(0);
    expect(threatened(AS_TEAM, 30, 30)).toBe(0);
    expect(threatened(30, AS_TEAM, 30)).toBe(0);
    expect(threatened(AS_TEAM, AS_TEAM, 30)).toBe(0);
  });
});
