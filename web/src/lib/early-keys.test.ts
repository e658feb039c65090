import { afterEach, expect, it } from 'vitest';
import { earlyKeys } from './early-keys';

afterEach(() => void earlyKeys.take());

/** True when the key is nobody else's. */
function press(key: string, more: KeyboardEventInit = {}): boolean {
  return !window.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true, ...more }));
}

it('keeps what is typed until somebody takes it', () => {
  expect(press('x')).toBe(false);
  earlyKeys.begin();
  for (const key of ['a', 'b', 'Shift', '회', 'Backspace', 'c']) press(key);
  expect(press('d')).toBe(true);
  expect(press('v', { ctrlKey: true })).toBe(false);
  expect(press('ㅎ', { isComposing: true })).toBe(false);
  expect(earlyKeys.take()).toBe('abcd');
  expect(press('e')).toBe(false);
  expect(earlyKeys.take()).toBe('');
});

it('gives up with Esc', () => {
  earlyKeys.begin();
  press('a');
  expect(press('Escape')).toBe(false);
  expect(press('b')).toBe(false);
  expect(earlyKeys.take()).toBe('');
});
