import { expect, it } from 'vitest';
import { piecesOf } from './snippet';

const lit = (snippet: string, ranges: [number, number][]) =>
  piecesOf(snippet, ranges)
    .map(({ text, isFound }) => (isFound ? `[${text}]` : text))
    .join('');

it('lights what was found, counted in UTF-16 units', () => {
  expect(
    lit('👏 회의록, 회의', [
      [3, 5],
      [8, 10],
    ]),
  ).toBe('👏 [회의]록, [회의]');
  expect(lit('none', [])).toBe('none');
  expect(lit('all', [[0, 3]])).toBe('[all]');
});

it('leaves out marks that say nothing, but never what was found', () => {
  expect(lit('**이번** 회의는 `npm ci` 뒤에', [[7, 9]])).toBe('이번 [회의]는 npm ci 뒤에');
  expect(lit('> 인용', [[2, 4]])).toBe('[인용]');
  expect(lit('use **bold**', [[4, 6]])).toBe('use [**]bold');
  expect(lit('a - b', [[0, 1]])).toBe('[a] - b');
  expect(lit('snake_case_name 2 * 3', [])).toBe('snake_case_name 2 * 3');
});
