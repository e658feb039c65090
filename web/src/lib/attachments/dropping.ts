import { attachFiles } from '../files';
import { t } from '../i18n/catalogue.svelte';
import { placeOf } from '../place';
import type { Chat } from '../state/chat.svelte';
import { dialogs } from '../state/dialogs.svelte';
import { panel } from '../state/panel.svelte';
import { toasts } from '../state/toasts.svelte';

/** Where files would go that are dropped on something. */
export interface Landing {
  place: string;
  isThread: boolean;
}

/** What is written in, where the user may write at all. */
function fieldOf(isThread: boolean): HTMLTextAreaElement | null {
  return document.querySelector(`${isThread ? '[data-panel]' : 'main'} .composer textarea`);
}

/** Nowhere while no room is open that one may write in, or a dialog, which has other things to be done first. */
export function landingAt(target: EventTarget | null, roomId?: string): Landing | null {
  if (dialogs.current) return null;
  const thread = panel.current?.name === 'thread' ? panel.current : null;
  if (thread && target instanceof Element && target.closest('[data-panel]')) {
    const place = placeOf(thread.roomId, thread.rootId);
    return fieldOf(true) && { place, isThread: true };
  }
  return roomId && fieldOf(false) ? { place: placeOf(roomId), isThread: false } : null;
}

/** Attaches files that were dropped on something, and lets their owner write on. */
export function drop(chat: Chat, files: File[], target: EventTarget | null, roomId?: string): void {
  const landing = landingAt(target, roomId);
  if (!landing) {
    if (!dialogs.current) toasts.show(t('files.drop.nowhere'));
    return;
  }
  fieldOf(landing.isThread)?.focus({ preventScroll: true });
  attachFiles(chat, landing.place, files);
}
