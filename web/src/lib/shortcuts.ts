import { isComposing } from './keyboard';

export type Shortcut =
  | 'switch'
  | 'search'
  | 'find'
  | 'previous'
  | 'next'
  | 'previousUnread'
  | 'nextUnread'
  | 'threads'
  | 'inbox'
  | 'help';

const MAC = /Mac|iPhone|iPad/;

/** How the main modifier is written on this device. */
export function modifierName(platform = navigator.platform): string {
  return MAC.test(platform) ? '⌘' : 'Ctrl';
}

/** How Alt is written on this device. */
export function altName(platform = navigator.platform): string {
  return MAC.test(platform) ? '⌥' : 'Alt';
}

/** What a key press asks for, wherever the focus is. Keys of an input method ask for nothing. */
export function shortcutOf(event: KeyboardEvent): Shortcut | null {
  if (event.defaultPrevented || isComposing(event)) return null;
  const { key, altKey, shiftKey } = event;
  const isMain = (event.ctrlKey || event.metaKey) && !altKey;
  // By its place, because a Korean keyboard gives ㅏ for the same key.
  if (isMain && !shiftKey && event.code === 'KeyK') return 'switch';
  if (isMain && event.code === 'Slash') return 'help';
  if (event.code === 'KeyF' && isFindModifier(event)) return shiftKey ? 'search' : 'find';
  if (event.ctrlKey || event.metaKey) return null;
  if (altKey && key === 'ArrowUp') return shiftKey ? 'previousUnread' : 'previous';
  if (altKey && key === 'ArrowDown') return shiftKey ? 'nextUnread' : 'next';
  if (altKey && shiftKey && event.code === 'KeyT') return 'threads';
  if (altKey && shiftKey && event.code === 'KeyI') return 'inbox';
  if (altKey || isTyping(event.target)) return null;
  if (key === '?') return 'help';
  if (key === '/') return 'search';
  return null;
}

/** On a Mac Ctrl+F moves the cursor. */
function isFindModifier({ altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (altKey || ctrlKey === metaKey) return false;
  return MAC.test(navigator.platform) ? metaKey : ctrlKey;
}

/** Esc, when nothing that is open or under way takes it. */
export function isPlainEscape(event: KeyboardEvent): boolean {
  return (
    event.key === 'Escape' &&
    !event.defaultPrevented &&
    !isComposing(event) &&
    !document.querySelector('dialog[open], :popover-open:not([role=status])')
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input, textarea, select, [contenteditable]');
}
