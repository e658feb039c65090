import { describe, expect, it, vi } from 'vitest';
import { message, tabsOf } from '../testing';
import type { Chat } from './chat.svelte';
import { Conversation } from './conversation.svelte';
import { Drafts, type DraftNews } from './drafts.svelte';

function setUp() {
  const [tabs] = tabsOf<DraftNews>(1);
  if (!tabs) throw new Error('there is one');
  const store = { load: async () => [], save: async () => {}, remove: async () => {} };
  const drafts = new Drafts('ana', { ...store, bridge: () => undefined }, tabs);
  const add = vi.fn();
  const timeline = { find: () => undefined, originals: new Map() };
  const chat = { drafts, outbox: { add }, typing: { forget: () => undefined } };
  const conversation = new Conversation(
    { ...chat, timeline: () => timeline } as unknown as Chat,
    'room',
  );
  return { conversation, add, drafts };
}

describe('what is sent', () => {
  it('answers what it answered when it was sent, and leaves a later reply alone', () => {
    const { conversation, add } = setUp();
    conversation.reply(message(1));
    const { bearing } = conversation;
    conversation.reply(message(2));
    conversation.send('yes', bearing);
    expect(add).toHaveBeenCalledExactlyOnceWith('room', 'yes', { replyTo: 'm1' });
    expect(conversation.replyingTo?.id).toBe('m2');
  });

  it('ends the reply and the draft', () => {
    const { conversation, drafts } = setUp();
    drafts.set('room', 'yes');
    conversation.reply(message(1));
    conversation.send('yes', conversation.bearing);
    expect([conversation.replyingTo, drafts.has('room')]).toEqual([null, false]);
  });
});
