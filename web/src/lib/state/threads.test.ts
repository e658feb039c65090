import { expect, it } from 'vitest';
import type { FollowedThread } from '../../generated/contract';
import { ben, message, ScriptedWire } from '../testing';
import type { Feed } from '../wire';
import type { Chat } from './chat.svelte';
import { threadsOf } from './threads.svelte';

const settled = () => new Promise((done) => setTimeout(done));

const thread = (seq: number, unread = 0): FollowedThread => ({
  root: message(seq),
  room: { id: 'room', kind: 'public', name: 'Room' },
  lastReply: message(seq + 100, { threadRoot: `m${seq}`, user: ben }),
  following: true,
  readSeq: seq,
  unread,
});

function threadsOver(all: FollowedThread[]) {
  const wire = new ScriptedWire({
    'threads:list': ({ unreadOnly }: { unreadOnly: boolean }) => {
      const threads = unreadOnly ? all.filter(({ unread }) => unread > 0) : all;
      return { threads, unread: all.filter(({ unread }) => unread > 0).length };
    },
  });
  let feed: Partial<Feed> = {};
  const connection = Object.assign(wire, {
    follow: (heard: Partial<Feed>) => {
      feed = heard;
      return () => undefined;
    },
  });
  const threads = threadsOf({ connection, meet: () => undefined } as unknown as Chat);
  return { threads, wire, feed, roots: () => threads.list.items.map(({ root }) => root.id) };
}

const updated = (messageId: string, changes = {}) => ({
  ...{ roomId: 'room', messageId, following: true, readSeq: 1, unread: 0, unreadThreads: 0 },
  ...changes,
});

it('knows what is unread before anybody looks at the list, and follows it', async () => {
  const { threads, feed } = threadsOver([thread(1, 2), thread(2)]);
  await settled();
  expect([threads.unreadIn('m1'), threads.unreadIn('m2')]).toEqual([2, 0]);
  feed['thread:updated']?.(updated('m2', { unread: 1 }));
  feed['thread:updated']?.(updated('m1'));
  expect([threads.unreadIn('m1'), threads.unreadIn('m2')]).toEqual([0, 1]);
  feed['thread:updated']?.(updated('m2', { following: false, unread: 1 }));
  expect(threads.unreadIn('m2')).toBe(0);
});

it('puts the thread on top that was answered last', async () => {
  const { threads, feed, roots } = threadsOver([thread(2), thread(1)]);
  threads.open();
  await settled();
  expect(roots()).toEqual(['m2', 'm1']);
  const reply = message(300, { threadRoot: 'm1', content: 'the last' });
  feed['message:new']?.({ message: reply });
  expect(roots()).toEqual(['m1', 'm2']);
  expect(threads.list.items[0]?.lastReply?.content).toBe('the last');
  feed['message:new']?.({ message: message(301) });
  feed['message:updated']?.({ message: { ...reply, rev: 400, content: 'the very last' } });
  feed['message:updated']?.({ message: { ...reply, rev: 399, content: 'too late' } });
  expect(threads.list.items[0]?.lastReply?.content).toBe('the very last');
});

it('takes out what is followed no more, and asks for what is new', async () => {
  const { threads, feed, roots, wire } = threadsOver([thread(2), thread(1)]);
  threads.open();
  await settled();
  feed['thread:updated']?.(updated('m2', { following: false }));
  expect(roots()).toEqual(['m1']);
  const before = wire.asked.length;
  feed['thread:updated']?.(updated('m3', { unread: 1 }));
  expect(wire.asked).toHaveLength(before + 1);
  feed['notification:withdrawn']?.({ roomId: 'room', unread: 0, unreadThreads: 0 });
  expect(roots()).toEqual([]);
});
