import { beforeEach, expect, it } from 'vitest';
import { earlyKeys } from './early-keys';
import { dropEarlyShortcut, takeEarlyShortcut } from './early-shortcut';

function press(key: string, more: KeyboardEventInit = {}): void {
  window.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true, ...more }));
}

beforeEach(() => {
  document.body.innerHTML = '<div id="app"></div>';
});

it('keeps a shortcut and what follows it until there is a page', () => {
  press('f', { code: 'KeyF', ctrlKey: true, shiftKey: true });
  for (const key of 'app') press(key);
  expect(takeEarlyShortcut()).toBe('search');
  // Until the field is there, too.
  earlyKeys.begin();
  for (const key of 'le') press(key);
  expect(earlyKeys.take()).toBe('apple');
  expect(takeEarlyShortcut()).toBeNull();
});

it('keeps nothing for a page that cannot obey', () => {
  press('k', { code: 'KeyK', ctrlKey: true });
  press('a');
  dropEarlyShortcut();
  const isFree = window.dispatchEvent(new KeyboardEvent('keydown', { key: 'm', cancelable: true }));
  expect([isFree, takeEarlyShortcut(), earlyKeys.take()]).toEqual([true, null, '']);
});

it('leaves everything to a page that is there', () => {
  document.body.innerHTML = '<div id="app"><main></main></div>';
  press('k', { code: 'KeyK', ctrlKey: true });
  press('a');
  expect([takeEarlyShortcut(), earlyKeys.take()]).toEqual([null, '']);
});
