import type { RoomSummary } from '../../generated/contract';
import { t } from '../i18n/catalogue.svelte';
import type { Chat } from '../state/chat.svelte';
import { carryOut, Refusal, whyNot } from './carry-out';
import { parse } from './parse';

/**
 * Does what a message that begins with `/` is for. The text to send, if it is one in the end; null when a command was
 * carried out. With `hasFiles`, only what sends a text is done. Rejects with a `Refusal`, in the user's language; then nothing was changed.
 */
export async function submit(
  chat: Chat,
  room: RoomSummary,
  typed: string,
  hasFiles: boolean,
): Promise<string | null> {
  const parsed = parse(typed, new Date());
  switch (parsed.kind) {
    case 'text':
      return parsed.content;
    case 'flaw':
      throw new Refusal(t(parsed.flaw.key, parsed.flaw.parameters));
    case 'command':
      if (hasFiles) throw new Refusal(t('command.withFiles'));
      try {
        await carryOut(chat, room, parsed.command);
      } catch (error) {
        throw new Refusal(whyNot(error));
      }
      return null;
  }
}
