import { t } from './i18n/catalogue.svelte';
import { returnFocus } from './return-focus';
import { toasts } from './state/toasts.svelte';

const COPIED_MS = 1500;

/** Copies a text, and says what came of it. */
export async function copy(text: string): Promise<void> {
  toasts.show(t((await copyText(text)) ? 'app.copied' : 'app.copyFailed'));
}

/** Copies the block of code that a button is in, which then says so for a moment. */
export async function copyCode(button: HTMLElement): Promise<void> {
  const code = button.closest('.code')?.querySelector('code')?.textContent ?? '';
  button.textContent = t((await copyText(code)) ? 'app.copied' : 'app.copyFailed');
  setTimeout(() => (button.textContent = t('app.copy')), COPIED_MS);
}

/** Plain HTTP has no clipboard API; there a selection is copied the old way. */
export async function copyText(text: string): Promise<boolean> {
  if ('clipboard' in navigator) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  // Nothing outside of a dialog can be selected while it is open.
  ([...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body).append(field);
  field.focus({ preventScroll: true });
  field.select();
  const isDone = document.execCommand('copy');
  returnFocus(field, before);
  field.remove();
  return isDone;
}
