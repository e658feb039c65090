import { expect, it } from 'vitest';
import { asHangul } from './two-set';

it.each([
  ['gksmf', '하늘'],
  ['ekswns', '단준'],
  ['rlaalsk', '김미나'],
  ['rhksfl', '관리'],
  ['dkssud', '안녕'],
  ['ekfrrhrl', '닭고기'],
  ['Rhc', '꽃'],
  ['dHL', '외'],
  ['qkr wnsgh', '박 준호'],
  ['ghldmlfhr', '회의록'],
  ['gdf', 'ㅎㅇㄹ'],
])('reads %s as %s', (typed, meant) => {
  expect(asHangul(typed)).toBe(meant);
});

it.each(['hello', 'open', '김', 'r2', '', ' ', 'c++'])('takes %o for what it is', (typed) => {
  expect(asHangul(typed)).toBeNull();
});
