/**
 * Whether a key belongs to an input method that is still composing, such as a Korean syllable.
 * Safari ends the composition before the key event and marks that event by its code alone.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether a key press in a text field means "done": Enter, but not Shift+Enter, nor in an IME. */
export function isSubmit(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.altKey && !isComposing(event);
}

/** A key of its own: no shortcut of the browser's or the client's, nothing an IME works on. */
export function isPlainKey(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !isComposing(event);
}

/** The letter of a key, whatever script the keyboard writes: on a Korean one `ㄱ` lies on R. */
export function letterOf({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : key;
}
