import { isPlainKey, letterOf } from './keyboard';
import type { MessageFocus } from './message-focus.svelte';
import { actOn } from './message-keys';
import type { Row } from './message-rows';
import type { Conversation } from './state/conversation.svelte';

/** Keys that may do something to a message. */
const ACTING = /^([a-z+]|Enter|Delete|Backspace)$/;
/** What has keys of its own. */
const WRITTEN_IN =
  'input, textarea, select, video, audio, [contenteditable], dialog *, [popover] *';
const REACHABLE = 'a[href], button, input, textarea, select, video, audio, [tabindex="0"]';

interface List {
  scroller: HTMLElement;
  focused: MessageFocus;
  conversation: Conversation;
  rows: () => readonly Row[];
  toEnd: () => Promise<void>;
  /** The row into which → has led. Elsewhere Esc means what it always does. */
  entered?: HTMLElement | undefined;
}

/**
 * A list of messages by keyboard: it is one stop for Tab, which leads to the newest message in sight.
 * The arrows, Home and End move from message to message, letters act on one, and → leads to what is
 * in it, where Tab goes on and Esc leads back. Until the function is called that it returns.
 */
export function listenToKeys(list: List): () => void {
  const { scroller } = list;
  const after = document.createElement('span');
  after.tabIndex = -1;
  scroller.after(after);
  let isTabbing = false;

  /** Tab goes on from there by itself. */
  function leave(isBack: boolean): void {
    isTabbing = false;
    (isBack ? scroller : after).focus({ preventScroll: true });
  }

  function onkeydown(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[data-row]');
    if (event.defaultPrevented || target.matches(WRITTEN_IN)) return;
    if (event.key === 'Tab') {
      if (row) tab(event, row, target);
    } else if (isPlainKey(event) && (move(event, list, row) || act(event, list, row))) {
      event.preventDefault();
    }
  }

  function tab(event: KeyboardEvent, row: HTMLElement, target: HTMLElement): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inner = reachableIn(row);
    const isInside = target !== row;
    if (event.shiftKey && target === inner[0]) {
      event.preventDefault();
      row.focus({ preventScroll: true });
    } else if (!isInside || (!event.shiftKey && target === inner.at(-1))) {
      leave(event.shiftKey);
    }
  }

  /** Tab leads into the list to a message, wherever it would have ended. */
  function onfocusin({ target, relatedTarget }: FocusEvent): void {
    const isInside = target !== list.entered && list.entered?.contains(target as Node);
    if (!isInside) list.entered = undefined;
    if (!isTabbing || scroller.contains(relatedTarget as Node | null)) return;
    if ((target as Element).matches('[data-row]')) return;
    rowInSight(scroller)?.focus({ preventScroll: true });
  }

  const note = (event: KeyboardEvent) =>
    (isTabbing = event.type === 'keydown' && event.key === 'Tab');
  addEventListener('keydown', note, true);
  addEventListener('keyup', note, true);
  scroller.addEventListener('keydown', onkeydown);
  scroller.addEventListener('focusin', onfocusin);
  return () => {
    removeEventListener('keydown', note, true);
    removeEventListener('keyup', note, true);
    scroller.removeEventListener('keydown', onkeydown);
    scroller.removeEventListener('focusin', onfocusin);
    after.remove();
  };
}

/** True when the key was one that moves the focus. */
function move(event: KeyboardEvent, list: List, row: HTMLElement | null): boolean {
  const { focused } = list;
  switch (event.key) {
    case 'ArrowUp':
    case 'ArrowDown':
      focused.move(event.key === 'ArrowUp' ? -1 : 1);
      return true;
    case 'Home':
      focused.moveTo(list.rows().find(({ kind }) => kind !== 'start'));
      return true;
    case 'End':
      void list.toEnd().then(() => row && focused.moveTo(list.rows().at(-1)));
      return true;
    case 'ArrowRight':
      if (!row || row !== event.target) return false;
      list.entered = row;
      reachableIn(row)[0]?.focus();
      return true;
    case 'Escape':
      if (!row || row !== list.entered || row === event.target) return false;
      row.focus({ preventScroll: true });
      return true;
    default:
      return false;
  }
}

/** True when the key was about the message that has the focus. */
function act(event: KeyboardEvent, { rows, conversation }: List, row: HTMLElement | null): boolean {
  if (!row || row !== event.target || !ACTING.test(letterOf(event))) return false;
  const found = rows().find(({ key }) => key === row.dataset.row);
  if (found?.kind !== 'message' || found.outgoing) return false;
  actOn(event, found.message, conversation, row);
  return true;
}

function reachableIn(row: HTMLElement): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>(REACHABLE)].filter(
    (element) => element.tabIndex >= 0 && element.checkVisibility(),
  );
}

/** The lowest row of which something is seen. */
function rowInSight(scroller: HTMLElement): HTMLElement | undefined {
  const { bottom } = scroller.getBoundingClientRect();
  return [...scroller.querySelectorAll<HTMLElement>('[data-row]')].findLast(
    (row) => row.getBoundingClientRect().top < bottom - 8,
  );
}
