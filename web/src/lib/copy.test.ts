import { afterEach, expect, it, vi } from 'vitest';
import { copyText } from './copy';

afterEach(() => document.body.replaceChildren());

it('copies the old way where there is no clipboard, from within the dialog that is open', async () => {
  const dialog = document.body.appendChild(document.createElement('dialog'));
  dialog.setAttribute('open', '');
  const button = dialog.appendChild(document.createElement('button'));
  button.focus();
  const copied: [string | undefined, Element | null][] = [];
  document.execCommand = vi.fn(() => {
    const field = document.activeElement as HTMLTextAreaElement;
    copied.push([field.value, field.parentElement]);
    return true;
  });
  expect(await copyText('a link')).toBe(true);
  expect(copied).toEqual([['a link', dialog]]);
  expect(document.activeElement).toBe(button);
  expect(dialog.querySelector('textarea')).toBeNull();
});
