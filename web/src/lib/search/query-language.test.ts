import { describe, expect, it } from 'vitest';
import {
  daysOf,
  flagOf,
  itemAt,
  itemsOf,
  operatorBegunBy,
  replacePart,
  withoutUnfinished,
  written,
} from './query-language';

const parts = (query: string) =>
  itemsOf(query).map(({ start, end, operator, value, negated }) => ({
    ...{ text: query.slice(start, end), operator, value, negated },
  }));

describe('a query', () => {
  it('is cut into words, phrases and operators as the server cuts it', () => {
    expect(parts('IN:"dev ops" -보낸이：@mina has: “a b')).toEqual([
      { text: 'IN:"dev ops"', operator: 'in', value: 'dev ops', negated: false },
      { text: '-보낸이：@mina', operator: 'from', value: '@mina', negated: true },
      { text: 'has:', operator: 'has', value: '', negated: false },
      { text: '“a b', operator: null, value: 'a b', negated: false },
    ]);
  });

  it.each(['http://maru.im/a', 'foo:bar', '10:30', ':', '--force', '-', 'a:in'])(
    'takes %s for a word',
    (word) => {
      expect(parts(word)).toEqual([{ text: word, operator: null, value: word, negated: false }]);
    },
  );

  it('takes names of operators whose letters are still jamo', () => {
    expect(parts('보낸이:나'.normalize('NFD'))[0]).toMatchObject({ operator: 'from' });
  });

  it('tells where the cursor is', () => {
    expect(itemAt('회의 from:mi', 10)).toMatchObject({ operator: 'from', value: 'mi' });
    expect(itemAt('회의 from:mi ', 11)).toBeUndefined();
    expect(itemAt('회의 ', 3)).toBeUndefined();
  });

  it('asks nothing of an operator that is just being begun, and moves nothing', () => {
    expect(withoutUnfinished('회의 from:', 8)).toBe('회의');
    expect(withoutUnfinished('from: 회의', 5)).toBe('      회의');
    expect(withoutUnfinished('회의 from:', 2)).toBe('회의 from:');
    expect(withoutUnfinished('회의 from:a', 9)).toBe('회의 from:a');
  });

  it('is written with quotes where a value has blanks', () => {
    expect(written('General')).toBe('General');
    expect(written('dev ops')).toBe('"dev ops"');
    expect(written('the "big" room')).toBe('"the big room"');
  });

  it('keeps its words when a part is replaced or removed', () => {
    const query = '회의 방:ㅇ 예산';
    const item = itemAt(query, 6);
    expect(item && replacePart(query, item, '방:운영')).toEqual({
      query: '회의 방:운영 예산',
      cursor: 8,
    });
    expect(item && replacePart(query, item, '')).toEqual({ query: '회의 예산', cursor: 3 });
  });
});

it('guesses an operator from its beginning in both languages, and not from every letter', () => {
  expect(operatorBegunBy('fr')).toEqual({ operator: 'from', name: 'from' });
  expect(operatorBegunBy('보낸')).toEqual({ operator: 'from', name: '보낸이' });
  expect(operatorBegunBy('방')).toEqual({ operator: 'in', name: '방' });
  expect(operatorBegunBy('보')).toBeNull();
  expect(operatorBegunBy('i')).toBeNull();
  expect(operatorBegunBy('회의')).toBeNull();
});

it('knows the words of has: and is: in both languages', () => {
  expect(flagOf('has', '사진')).toBe('image');
  expect([flagOf('has', 'voice'), flagOf('has', '녹음')]).toEqual(['voice', 'voice']);
  expect(flagOf('is', 'Pinned')).toBe('pinned');
  expect(flagOf('has', 'cat')).toBeUndefined();
});

it('counts weeks from Monday and months to their last day', () => {
  const days = (name: Parameters<typeof daysOf>[0], today: Date) =>
    daysOf(name, today).map((day) => `${day.getMonth() + 1}/${day.getDate()}`);
  const sunday = new Date(2026, 2, 1);
  expect(days('thisWeek', sunday)).toEqual(['2/23', '3/1']);
  expect(days('lastWeek', sunday)).toEqual(['2/16', '2/22']);
  expect(days('lastMonth', sunday)).toEqual(['2/1', '2/28']);
  expect(days('yesterday', sunday)).toEqual(['2/28', '2/28']);
});
