import { expect, it } from 'vitest';
import { statusEnd } from './status-ends';

const friday = new Date(2026, 10, 20, 15, 30);
const sunday = new Date(2026, 10, 22, 9, 0);

it('ends after minutes, with the day, with the week, or never', () => {
  expect(statusEnd(30, friday)).toEqual(new Date(2026, 10, 20, 16, 0));
  expect(statusEnd('today', friday)).toEqual(new Date(2026, 10, 21));
  expect(statusEnd('week', friday)).toEqual(new Date(2026, 10, 23));
  expect(statusEnd('week', sunday)).toEqual(new Date(2026, 10, 23));
  expect(statusEnd(null, friday)).toBeNull();
});
