import { expect, it } from 'vitest';
import { plainText } from './plain';

it.each([
  ['**Hello** `world`\nsecond', 'Hello world'],
  ['###', '###'],
  ['```ts\nconst a = 1\n```', 'const a = 1'],
  ['> quoted\nanswer', 'quoted'],
  ['- [x] done', 'done'],
  ['see [the plan](https://example.com/plan)', 'see the plan'],
  ['2 * 3 = 6, #design', '2 * 3 = 6, #design'],
  ['', ''],
])('quotes %j as %j', (content, quoted) => {
  expect(plainText(content)).toBe(quoted);
});
