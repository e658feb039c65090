import { expect, it } from 'vitest';
import { newId } from './client-id';

it('makes ULIDs that tell their time', () => {
  const now = Date.UTC(2096, 0, 1);
  expect(newId(now)).toMatch(/^03[0-9A-HJKMNP-TV-Z]{24}$/);
  // The example of the specification of ULIDs, which lies before what was made above.
  expect(newId(1_469_918_176_385).slice(0, 10)).toBe(newId(now).slice(0, 10));
});

it('counts on within a millisecond, and when the clock goes back', () => {
  const now = Date.now() + 10 ** 13;
  const made = Array.from({ length: 2000 }, (_, n) => newId(n % 3 === 0 ? now - n : now));
  expect(new Set(made).size).toBe(made.length);
  expect([...made].sort()).toEqual(made);
});
