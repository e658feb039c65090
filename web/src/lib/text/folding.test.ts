import { expect, it } from 'vitest';
import { isLong } from './folding.svelte';

it.each([
  ['a line', false],
  ['x\n'.repeat(20), false],
  ['x\n'.repeat(120), true],
  ['word '.repeat(600), true],
  ['', false],
])('folds %j: %s', (content, isFolded) => {
  expect(isLong(content)).toBe(isFolded);
});
