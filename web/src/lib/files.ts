import { withTexts } from './i18n/catalogue.svelte';
import type { Chat } from './state/chat.svelte';
import { toasts } from './state/toasts.svelte';

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

/** Lets somebody choose files, of all types or of these. */
export function pickFiles(take: (files: File[]) => void, accept = ''): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = accept === '';
  input.accept = accept;
  input.onchange = () => take([...(input.files ?? [])]);
  input.click();
}

/** Takes up what was attached before a reload. */
export async function takeUpFiles(chat: Chat): Promise<void> {
  if (!sessionStorage.getItem(attachedKey(chat.me.id))) return;
  const { uploadsOf } = await withTexts(() => import('./attachments/uploads-of.svelte'));
  uploadsOf(chat);
}

/** Attaches files to what is written in a room or a thread. */
export async function attachFiles(chat: Chat, place: string, files: File[]): Promise<void> {
  await toasts.attempt(async () => {
    const { attach } = await withTexts(() => import('./attachments/uploads-of.svelte'));
    attach(chat, place, files);
  });
}
