import { beforeEach, expect, it } from 'vitest';
import { returnFocus } from './return-focus';

function button(within: Element = document.body): HTMLButtonElement {
  return within.appendChild(document.createElement('button'));
}

beforeEach(() => document.body.replaceChildren());

it('goes back to what had it when it is in the box, or nowhere', () => {
  const anchor = button();
  const box = document.body.appendChild(document.createElement('div'));
  button(box).focus();
  returnFocus(box, anchor);
  expect(document.activeElement).toBe(anchor);
  anchor.blur();
  returnFocus(box, anchor);
  expect(document.activeElement).toBe(anchor);
});

it('stays where a choice has led', () => {
  const anchor = button();
  const box = document.body.appendChild(document.createElement('div'));
  const field = document.body.appendChild(document.createElement('textarea'));
  field.focus();
  returnFocus(box, anchor);
  expect(document.activeElement).toBe(field);
});
