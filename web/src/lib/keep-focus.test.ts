import { beforeEach, expect, it, vi } from 'vitest';
import { keepFocus } from './keep-focus';

const part = () => document.querySelector('section') as HTMLElement;
const button = (name: string) => document.getElementById(name) as HTMLElement;
const timers = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  document.body.innerHTML =
    '<section><button id="end"></button><button id="more"></button></section><input id="other">';
  return keepFocus(part());
});

it('takes the focus of what goes', async () => {
  button('end').focus();
  button('end').remove();
  await vi.waitFor(() => expect(document.activeElement).toBe(part()));
});

it('leaves the focus to what comes in its place, and to what is elsewhere', async () => {
  button('end').focus();
  part().innerHTML = '<input id="field">';
  button('field').focus();
  await timers();
  expect(document.activeElement).toBe(button('field'));
  button('other').focus();
  part().innerHTML = '';
  await timers();
  expect(document.activeElement).toBe(button('other'));
});

it('asks for nothing when something goes that nobody uses', async () => {
  button('more').focus();
  button('end').remove();
  await timers();
  expect(document.activeElement).toBe(button('more'));
  button('more').blur();
  part().append(document.createElement('p'));
  await timers();
  expect(document.activeElement).toBe(document.body);
});
