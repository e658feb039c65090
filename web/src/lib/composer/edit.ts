/** A piece of a text that another takes the place of; then this much is selected. */
export interface Edit {
  start: number;
  end: number;
  text: string;
  /** Where the selection is afterwards: both alike for a cursor. */
  select: [number, number];
}

/** Applies it as if it were typed, so that Undo takes it back and everybody hears of it. What is only to be read stays. */
export function applyEdit(field: HTMLTextAreaElement, { start, end, text, select }: Edit): void {
  if (field.readOnly) return;
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  const command = text === '' ? 'delete' : 'insertText';
  const isUnchanged = start === end && text === '';
  // Deprecated, and the only way that keeps the history of changes.
  if (!isUnchanged && !document.execCommand(command, false, text)) {
    field.setRangeText(text, start, end, 'end');
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  field.setSelectionRange(...select);
}

/** Puts a text in the place of another, with the cursor behind it. */
export function replacement(start: number, end: number, text: string): Edit {
  return { start, end, text, select: [start + text.length, start + text.length] };
}
