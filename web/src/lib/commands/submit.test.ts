import { describe, expect, it, vi } from 'vitest';
import type { RoomSummary } from '../../generated/contract';
import { laterTexts } from '../i18n/catalogue.svelte';
import type { Chat } from '../state/chat.svelte';
import { submit } from '.';

describe('a command beside files', () => {
  const request = vi.fn();
  const chat = { connection: { request } } as unknown as Chat;
  const room = { id: 'room' } as RoomSummary;

  it('leaves with them when it is a text in the end', async () => {
    expect(await submit(chat, room, '/me waves', true)).toBe('*waves*');
    expect(await submit(chat, room, '//etc', true)).toBe('/etc');
  });

  it('is refused when it is none, and nothing is done', async () => {
    await laterTexts();
    const refused = submit(chat, room, '/remind in 20m stretch', true);
    await expect(refused).rejects.toThrow('This command cannot be sent with files.');
    expect(request).not.toHaveBeenCalled();
  });
});
