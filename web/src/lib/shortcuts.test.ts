import { describe, expect, it } from 'vitest';
import { isPlainEscape, modifierName, shortcutOf } from './shortcuts';

function press(init: KeyboardEventInit, target: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

describe('a key press', () => {
  it.each([
    [{ key: 'k', code: 'KeyK', ctrlKey: true }, 'switch'],
    [{ key: 'k', code: 'KeyK', metaKey: true }, 'switch'],
    [{ key: 'ㅏ', code: 'KeyK', ctrlKey: true }, 'switch'],
    [{ key: 'K', code: 'KeyK', ctrlKey: true, shiftKey: true }, null],
    [{ key: 'k', code: 'KeyK' }, null],
    [{ key: 'ArrowUp', altKey: true }, 'previous'],
    [{ key: 'ArrowDown', altKey: true }, 'next'],
    [{ key: 'ArrowUp', altKey: true, shiftKey: true }, 'previousUnread'],
    [{ key: 'ArrowDown', altKey: true, shiftKey: true }, 'nextUnread'],
    [{ key: 'ArrowDown' }, null],
    [{ key: '?', shiftKey: true }, 'help'],
    [{ key: '/', code: 'Slash', ctrlKey: true }, 'help'],
  ])('%o asks for %s', (init, shortcut) => {
    expect(shortcutOf(press(init))).toBe(shortcut);
  });

  it('in a field writes a question mark, and still moves between rooms', () => {
    const field = document.body.appendChild(document.createElement('textarea'));
    expect(shortcutOf(press({ key: '?' }, field))).toBeNull();
    expect(shortcutOf(press({ key: 'ArrowUp', altKey: true }, field))).toBe('previous');
    field.remove();
  });

  it('of an input method asks for nothing', () => {
    const init = { key: 'k', code: 'KeyK', ctrlKey: true, isComposing: true };
    expect(shortcutOf(press(init))).toBeNull();
  });

  it('that something else has taken asks for nothing', () => {
    const event = press({ key: '?' });
    event.preventDefault();
    expect(shortcutOf(event)).toBeNull();
  });
});

it('names the modifier as the keyboard does', () => {
  expect([modifierName('MacIntel'), modifierName('Linux x86_64')]).toEqual(['⌘', 'Ctrl']);
});

it('leaves Esc to what is open', () => {
  expect(isPlainEscape(press({ key: 'Escape' }))).toBe(true);
  const dialog = document.body.appendChild(document.createElement('dialog'));
  dialog.setAttribute('open', '');
  expect(isPlainEscape(press({ key: 'Escape' }))).toBe(false);
  dialog.remove();
});
