import type { Voice } from '../../generated/contract';
import { t } from '../i18n/catalogue.svelte';
import { roomOf } from '../place';
import type { Chat } from '../state/chat.svelte';
import { toasts } from '../state/toasts.svelte';
import { TusCarrier } from './carrier';
import { SessionRemnantStore } from './remnants';
import { MOST_FILES, Uploads } from './uploads.svelte';

/** What this tab uploads, taken up from before a reload when it is asked for the first time. */
export function uploadsOf(chat: Chat): Uploads {
  chat.uploads ??= begin(chat);
  return chat.uploads;
}

export function attach(chat: Chat, place: string, files: readonly File[], voice?: Voice): void {
  const uploads = uploadsOf(chat);
  if (uploads.at(place)?.isDeparting) {
    toasts.show(t('files.departing'));
    return;
  }
  if (uploads.add(place, files, voice) > 0) toasts.show(t('files.most', { n: MOST_FILES }));
}

function begin(chat: Chat): Uploads {
  const { connection, me, session } = chat;
  const store = new SessionRemnantStore(me.id);
  const uploads = new Uploads(new TusCarrier(session), store, (place) => {
    const room = chat.rooms.find(roomOf(place));
    if (room) toasts.show(t('files.held', { room: chat.rooms.title(room) }));
  });
  connection.follow({ ready: () => uploads.resume() });
  const end = $effect.root(() => {
    // The browser asks whether to leave while something would be lost.
    $effect(() => {
      if (!uploads.areUnderWay) return;
      const ask = (event: BeforeUnloadEvent) => event.preventDefault();
      addEventListener('beforeunload', ask);
      return () => removeEventListener('beforeunload', ask);
    });
    $effect(() => {
      if (session.status !== 'anonymous') return;
      uploads.stop();
      queueMicrotask(end);
    });
  });
  return uploads;
}
