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
