import { earlyKeys } from './early-keys';
import { shortcutOf } from './shortcuts';

type EarlyShortcut = 'switch' | 'search';

let pressed: EarlyShortcut | null = null;

addEventListener('keydown', (event) => {
  // The page that is there by then hears for itself.
  if (document.getElementById('app')?.firstElementChild) return;
  const shortcut = shortcutOf(event);
  if (shortcut !== 'switch' && shortcut !== 'search') return;
  event.preventDefault();
  pressed = shortcut;
  earlyKeys.begin();
});

/** What came is no page that could obey: nothing is kept, and keys go where the focus is. */
export function dropEarlyShortcut(): void {
  if (pressed) earlyKeys.take();
  pressed = null;
}

/** Asks for a field, and was pressed before there was a page that could show it. */
export function takeEarlyShortcut(): EarlyShortcut | null {
  const taken = pressed;
  pressed = null;
  return taken;
}
