import { expect, it, vi } from 'vitest';
import type { RoomSummary } from '../generated/contract';
import { actOn } from './message-keys';
import type { Chat } from './state/chat.svelte';
import { Conversation } from './state/conversation.svelte';
import { ana, message } from './testing';

/** What the server is asked after `p` on a message. */
function pinnedIn(rules: Partial<RoomSummary>, changes = {}) {
  const request = vi.fn<(command: string) => Promise<object>>().mockResolvedValue({});
  const chat = { me: ana, connection: { request }, rooms: { find: () => rules } };
  const timeline = () => undefined;
  const conversation = new Conversation({ ...chat, timeline } as unknown as Chat, 'room');
  actOn({ key: 'p', code: 'KeyP' }, message(1, changes), conversation, document.body);
  return request.mock.calls.map(([command]) => command);
}

it('pins where whoever presses the key may write, and asks for nothing elsewhere', () => {
  expect(pinnedIn({ role: 'member' })).toEqual(['message:pin']);
  expect(pinnedIn({ role: 'member', posting: 'moderators' })).toEqual([]);
  expect(pinnedIn({ role: 'moderator', posting: 'moderators' })).toEqual(['message:pin']);
  expect(pinnedIn({ role: 'member', posting: 'threads' })).toEqual([]);
  expect(pinnedIn({ role: 'member', posting: 'threads' }, { threadRoot: 'm0' })).toEqual([
    'message:pin',
  ]);
});
