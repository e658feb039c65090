import { expect, it } from 'vitest';
import { clockOf } from './clock';

it.each([
  [0, '0:00'],
  [0.9, '0:00'],
  [5, '0:05'],
  [65.2, '1:05'],
  [750, '12:30'],
  [3600, '1:00:00'],
  [21_599, '5:59:59'],
])('shows %d seconds as %s', (seconds, text) => {
  expect(clockOf(seconds)).toBe(text);
});
