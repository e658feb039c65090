import { describe, expect, it, vi } from 'vitest';
import type { Message, RoomSummary } from '../../generated/contract';
import { ana, message, tabsOf } from '../testing';
import type { Chat } from './chat.svelte';
import { Conversation } from './conversation.svelte';
import { Drafts, type DraftNews } from './drafts.svelte';
import type { Outgoing } from './outgoing';

type Rules = Pick<RoomSummary, 'role' | 'posting'>;

function setUp(rules: Rules = { role: 'member' }) {
  const [tabs] = tabsOf<DraftNews>(1);
  if (!tabs) throw new Error('there is one');
  const store = { load: async () => [], save: async () => {}, remove: async () => {} };
  const drafts = new Drafts('ana', { ...store, bridge: () => undefined }, tabs);
  const add = vi.fn();
  const messages: Message[] = [];
  const timeline = { find: () => undefined, originals: new Map(), messages };
  const outgoing: Partial<Outgoing>[] = [];
  const outbox = { add, in: () => outgoing };
  const chat = {
    me: ana,
    drafts,
    outbox,
    typing: { forget: () => undefined },
    rooms: { find: () => rules },
  };
  const conversation = new Conversation(
    { ...chat, timeline: () => timeline } as unknown as Chat,
    'room',
  );
  return { conversation, add, drafts, messages, outgoing };
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

describe('the last message', () => {
  it('is edited once it has arrived', () => {
    const { conversation, messages, outgoing } = setUp();
    messages.push(message(1, { user: ana }));
    outgoing.push({ clientMessageId: 'c2', state: 'pending' });
    expect(conversation.editLast()).toBe(true);
    conversation.editAwaited();
    expect(conversation.editingId).toBeNull();
    outgoing.pop();
    messages.push(message(2, { user: ana, clientMessageId: 'c2' }));
    conversation.editAwaited();
    expect([conversation.editingId, conversation.editedFrom]).toEqual(['m2', 'composer']);
  });

  it('is not edited when it failed, or was given up', () => {
    const { conversation, messages, outgoing } = setUp();
    messages.push(message(1, { user: ana }));
    outgoing.push({ clientMessageId: 'c2', state: 'pending' });
    conversation.editLast();
    outgoing[0] = { clientMessageId: 'c2', state: 'failed' };
    conversation.editAwaited();
    expect([conversation.awaitedId, conversation.editingId]).toEqual([null, null]);
    conversation.editLast();
    expect(conversation.editingId).toBe('m1');
  });

  it('is edited only where one may write', () => {
    const inThread = { user: ana, threadRoot: 'm1' };
    const places = [{ user: ana }, { ...inThread, alsoInRoom: true }, inThread];
    const may = (rules: Rules) => {
      const { conversation } = setUp(rules);
      return places.map((place) => conversation.mayEdit(message(2, place)));
    };
    expect(may({ role: 'member' })).toEqual([true, true, true]);
    expect(may({ role: 'member', posting: 'threads' })).toEqual([false, false, true]);
    expect(may({ role: 'member', posting: 'moderators' })).toEqual([false, false, false]);
    expect(may({ role: 'moderator', posting: 'moderators' })).toEqual([true, true, true]);
  });
});
