import { expect, it } from 'vitest';
import { hueOf, initials } from './initials';

it('takes the given name in Korean and first letters elsewhere', () => {
  expect(initials('김민아')).toBe('민아');
  expect(initials('Ana Souza')).toBe('AS');
  expect(initials('ana')).toBe('A');
  expect(initials('')).toBe('');
});

it('keeps a colour with an id', () => {
  expect(hueOf('u1')).toBe(hueOf('u1'));
  expect(hueOf('u1')).toBeLessThan(360);
});
