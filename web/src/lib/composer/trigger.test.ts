import { describe, expect, it } from 'vitest';
import { isInFence, triggerAt } from './trigger';

const at = (text: string) => {
  const found = triggerAt(text, text.length);
  return found && `${found.kind} ${found.query} ${found.start}`;
};

describe('a completion', () => {
  it.each([
    ['@', 'person  0'],
    ['hi @mi', 'person mi 3'],
    ['@ㅎㅇ', 'person ㅎㅇ 0'],
    ['안녕 @민', 'person 민 3'],
    ['(#des', 'room des 1'],
    ['#점심', 'room 점심 0'],
    ['see :sm', 'emoji sm 4'],
    [':웃', 'emoji 웃 0'],
    [':+1', 'emoji +1 0'],
    ['/', 'command  0'],
    ['/rem', 'command rem 0'],
    ['/알', 'command 알 0'],
  ])('begins in %j', (text, trigger) => {
    expect(at(text)).toBe(trigger);
  });

  it.each([
    'mail@example',
    'a#b',
    ':D',
    ':)',
    'at 10:30',
    '`@mi',
    '```\n@mi',
    '@mi na',
    'x:ab',
    ' /me',
    '//',
    'a\n/me',
    '/me x',
  ])('does not begin in %j', (text) => {
    expect(at(text)).toBeNull();
  });

  it('looks at what stands before the cursor only', () => {
    expect(triggerAt('@mi na', 3)).toEqual({ kind: 'person', query: 'mi', start: 0 });
  });
});

it('knows an open block of code', () => {
  expect(isInFence('```\ncode')).toBe(true);
  expect(isInFence('```\ncode\n```\n')).toBe(false);
  expect(isInFence('`a`')).toBe(false);
});
