import { describe, expect, it } from 'vitest';
import { limitOf } from './limits';

describe('a limit as it was typed', () => {
  it('is none where nothing was typed', () => {
    expect(limitOf('')).toBeNull();
    expect(limitOf('  ')).toBeNull();
  });

  it('is a number, in its unit', () => {
    expect(limitOf(' 12 ')).toBe(12);
    expect(limitOf('2.5', 1_000_000_000)).toBe(2_500_000_000);
    expect(limitOf('0.0015', 1_000_000_000)).toBe(1_500_000);
  });

  it('is never taken for none when it is no number, or no whole one', () => {
    for (const text of ['10 GB', '1,5', 'ten', '-3', '1e400', '0x10', 'Infinity', '.']) {
      expect(limitOf(text, 1_000_000_000)).toBeUndefined();
    }
    expect(limitOf('2.5')).toBeUndefined();
  });
});
