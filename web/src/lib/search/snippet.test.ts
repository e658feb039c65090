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
  expect(lit('use **bold**', [[4, 6]])).toBe('use [**]bold**');
  expect(lit('a - b', [[0, 1]])).toBe('[a] - b');
  expect(lit('snake_case_name 2 * 3', [])).toBe('snake_case_name 2 * 3');
});

it('leaves out only marks that have a partner, and shows links by their names', () => {
  expect(lit('2**3 and **kwargs, ~~old~~', [])).toBe('2**3 and **kwargs, old');
  expect(lit('see [the plan](https://a.example/p_(1)) now', [[5, 8]])).toBe('see [the] plan now');
  expect(lit('see [plan](https://a.example/x)', [[21, 28]])).toBe(
    'see [plan](https://a.[example]/x)',
  );
  expect(lit('`a **b** c` _so_ *it* is', [])).toBe('a **b** c so it is');
  expect(lit('__init__ snake__case __x__', [])).toBe('init snake__case x');
});

it('begins so late that the first match is seen', () => {
  const before = '가나다라 '.repeat(12);
  const shown = lit(`${before}회의 뒤에`, [[60, 62]]);
  expect(shown).toMatch(/^…(가나다라 ){3,4}\[회의\] 뒤에$/u);
  const latin = 'word '.repeat(20);
  expect(lit(`${latin}found`, [[100, 105]])).toMatch(/^…(word ){6,7}\[found\]$/u);
  expect(lit('x'.repeat(56) + 'found', [[56, 61]])).toBe('x'.repeat(56) + '[found]');
});
