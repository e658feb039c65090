import type { Voice } from '../generated/contract';
import { withTexts } from './i18n/catalogue.svelte';
import type { Chat } from './state/chat.svelte';

/** Where a tab keeps what is attached in it. */
export const attachedKey = (userId: string) => `maru:files:${userId}`;

/** The files of something that is pasted. What carries text, too, counts as text. */
export function filesOf(data: DataTransfer | null): File[] {
  if (!data || data.types.includes('text/plain')) return [];
  return [...data.files];
}

/** Whether what is dragged over the page would drop files on it. */
export function carriesFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}

/** Lets somebody choose files: several of all types, or as these attributes of the field say. */
export function pickFiles(
  take: (files: File[]) => void,
  attributes: Record<string, string> = { multiple: '' },
): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.hidden = true;
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  input.onchange = () => {
    input.remove();
    take([...(input.files ?? [])]);
  };
  input.oncancel = () => input.remove();
  // One that is in no page may be swept away before a phone's camera has given its photo.
  document.body.append(input);
  input.click();
}

/** Takes up what was attached before a reload. */
export async function takeUpFiles(chat: Chat): Promise<void> {
  if (!sessionStorage.getItem(attachedKey(chat.me.id))) return;
  const { uploadsOf } = await withTexts(() => import('./attachments/uploads-of.svelte'));
  uploadsOf(chat);
}

/** Attaches what was dropped, to what is written in this room or in a thread beside it. */
export function dropFiles(chat: Chat, event: DragEvent, roomId?: string): void {
  // They are given away only while the event lasts.
  const [files, { target }] = [[...(event.dataTransfer?.files ?? [])], event];
  holdSending(chat, async () => {
    const { drop } = await withTexts(() => import('./attachments/dropping'));
    drop(chat, files, target, roomId);
  });
}

/** Attaches files, or a voice message, to what is written in a room or a thread. */
export function attachFiles(chat: Chat, place: string, files: File[], voice?: Voice): void {
  holdSending(chat, async () => {
    const { attach } = await withTexts(() => import('./attachments/uploads-of.svelte'));
    attach(chat, place, files, voice);
  });
}

/** What is sent meanwhile waits: it would leave without what is about to be attached. */
function holdSending(chat: Chat, work: () => Promise<void>): void {
  const attaching = Promise.all([chat.attaching, work()]);
  chat.attaching = attaching;
  void attaching.then(() => {
    if (chat.attaching === attaching) chat.attaching = undefined;
  });
}
