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

/** Nowhere while no room is open, or a dialog, which has other things to be done first. */
export function landingAt(target: EventTarget | null, roomId?: string): Landing | null {
  if (dialogs.current) return null;
  const thread = panel.current?.name === 'thread' ? panel.current : null;
  if (thread && target instanceof Element && target.closest('[data-panel]')) {
    return { place: placeOf(thread.roomId, thread.rootId), isThread: true };
  }
  return roomId ? { place: placeOf(roomId), isThread: false } : null;
}

/** Attaches files that were dropped on something, and lets their owner write on. */
export function drop(chat: Chat, files: File[], target: EventTarget | null, roomId?: string): void {
  const landing = landingAt(target, roomId);
  if (!landing) {
    if (!dialogs.current) toasts.show(t('files.drop.nowhere'));
    return;
  }
  const writing = document.querySelector<HTMLElement>(
    `${landing.isThread ? '[data-panel]' : 'main'} textarea`,
  );
  writing?.focus({ preventScroll: true });
  attachFiles(chat, landing.place, files);
}
