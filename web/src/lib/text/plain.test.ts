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
  ['set MARU_LISTEN_ADDR and 2*3*4', 'set MARU_LISTEN_ADDR and 2*3*4'],
  ['`a_b_ *c*` and **very _nice_ [words](https://example.com)**', 'a_b_ *c* and very nice words'],
  ['```sh\nexport __A__=*b*\n```', 'export __A__=*b*'],
  ['~~old~~ 2**3 **kwargs', 'old 2**3 **kwargs'],
  ['', ''],
])('quotes %j as %j', (content, quoted) => {
  expect(plainText(content)).toBe(quoted);
});
