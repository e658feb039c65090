import { expect, it } from 'vitest';
import { isSubmit } from './keyboard';

function press(init: KeyboardEventInit): KeyboardEvent {
  return new KeyboardEvent('keydown', { key: 'Enter', ...init });
}

it('submits with Enter and with Ctrl+Enter', () => {
  expect(isSubmit(press({}))).toBe(true);
  expect(isSubmit(press({ ctrlKey: true }))).toBe(true);
});

it('breaks the line with Shift+Enter', () => {
  expect(isSubmit(press({ shiftKey: true }))).toBe(false);
});

it('never submits while an input method composes', () => {
  expect(isSubmit(press({ isComposing: true }))).toBe(false);
  expect(isSubmit(press({ isComposing: true, ctrlKey: true }))).toBe(false);
  expect(isSubmit(press({ keyCode: 229 }))).toBe(false);
});
