import 'fake-indexeddb/auto';
import { expect, it, vi } from 'vitest';
import { attachedKey } from '../files';
import { ana } from '../testing';
import type { Chat } from './chat.svelte';
import { logOut } from './log-out';

function chatWith(end: (tidy: () => Promise<unknown>) => Promise<void>) {
  const [outbox, drafts] = [{ clear: vi.fn() }, { clear: vi.fn() }];
  const uploads = { stop: vi.fn() };
  const chat = { me: ana, session: { logOut: end }, outbox, drafts, uploads };
  sessionStorage.setItem(attachedKey(ana.id), '{}');
  return { chat: chat as unknown as Chat, uploads };
}

it('leaves nothing of what was attached', async () => {
  const { chat, uploads } = chatWith(async (tidy) => void (await tidy()));
  await logOut(chat);
  expect(uploads.stop).toHaveBeenCalledOnce();
  expect(sessionStorage.getItem(attachedKey(ana.id))).toBeNull();
});

it('forgets nothing when the server does not know of it', async () => {
  const { chat, uploads } = chatWith(() => Promise.reject(new Error('no answer')));
  await expect(logOut(chat)).rejects.toThrow('no answer');
  expect(uploads.stop).not.toHaveBeenCalled();
  expect(sessionStorage.getItem(attachedKey(ana.id))).toBe('{}');
});
