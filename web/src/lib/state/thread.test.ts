import { expect, it } from 'vitest';
import type { Message, ReadHistory, ThreadState } from '../../generated/contract';
import { message, ScriptedWire } from '../testing';
import type { Feed } from '../wire';
import type { Chat } from './chat.svelte';
import { Thread } from './thread.svelte';

const settled = () => new Promise((done) => setTimeout(done));
const root = message(1);
const reply = (seq: number, changes: Partial<Message> = {}) =>
  message(seq, { threadRoot: 'm1', ...changes });

/** A thread over a server that holds these messages and gives at most `most` of them. */
function threadOver(stored: Message[], standing: ThreadState, most = 60) {
  const wire = new ScriptedWire({
    'messages:history': ({ around, before = Infinity, after = 0 }: ReadHistory) => {
      const fit = stored.filter(({ seq }) => seq < before && seq > after);
      const begin = around === undefined ? -most : Math.max(0, around - 2);
      const messages = around === undefined ? fit.slice(begin) : fit.slice(begin, begin + most);
      return { messages, hasMore: messages.length < fit.length, thread: standing };
    },
    'thread:follow': ({ on }: { on: boolean }) => ({ ...standing, following: on }),
  });
  let feed: Partial<Feed> = {};
  const connection = Object.assign(wire, {
    follow: (heard: Partial<Feed>) => {
      feed = heard;
      return () => (feed = {});
    },
  });
  const threads = new Set();
  const chat = { connection, threads, me: { id: 'ana' }, meet: () => undefined } as unknown as Chat;
  const thread = new Thread(chat, 'room', 'm1');
  const seqs = () => thread.timeline.messages.map(({ seq }) => seq);
  return { thread, wire, seqs, threads, hear: () => feed };
}

const read: ThreadState = { following: true, readSeq: 3, unread: 0 };

it('holds its first message and its replies, and nothing else of the room', async () => {
  const { thread, seqs, hear } = threadOver([root, reply(3)], read);
  await thread.open();
  expect([seqs(), thread.timeline.atStart, thread.firstUnreadSeq]).toEqual([[1, 3], true, null]);
  hear()['message:new']?.({ message: message(4) });
  hear()['message:new']?.({ message: reply(5) });
  hear()['message:new']?.({ message: reply(6, { threadRoot: 'm2' }) });
  hear()['message:updated']?.({ message: { ...root, rev: 9, content: 'edited' } });
  expect([seqs(), thread.root?.content]).toEqual([[1, 3, 5], 'edited']);
  hear()['message:deleted']?.({
    ...{ roomId: 'room', messageId: 'm5', seq: 5, rev: 10, userId: 'ana' },
  });
  expect(thread.timeline.find('m5')?.deleted).toBe(true);
});

it('begins where reading ended, however far from the end', async () => {
  const stored = [root, ...Array.from({ length: 100 }, (_, index) => reply(index + 2))];
  const { thread, seqs } = threadOver(stored, { following: true, readSeq: 10, unread: 91 }, 20);
  await thread.open();
  expect(thread.firstUnreadSeq).toBe(11);
  expect(seqs()).toContain(11);
  expect(seqs()).not.toContain(101);
});

it('follows how its reader stands to it, here and on other devices', async () => {
  const { thread, threads, hear } = threadOver([root, reply(3)], read);
  await thread.open();
  const told = { roomId: 'room', following: true, readSeq: 3, unread: 2, unreadThreads: 1 };
  hear()['thread:updated']?.({ ...told, messageId: 'm2' });
  expect(thread.standing?.unread).toBe(0);
  hear()['thread:updated']?.({ ...told, messageId: 'm1' });
  expect(thread.standing?.unread).toBe(2);
  await thread.follow(false);
  expect(thread.standing?.following).toBe(false);
  expect([...threads]).toEqual([thread.timeline]);
  thread.close();
  expect([hear(), threads.size]).toEqual([{}, 0]);
});

it('fills in what came while the connection was gone, or loads anew when that is too much', async () => {
  const stored = [root, reply(3)];
  const { thread, seqs, hear } = threadOver(stored, read, 3);
  await thread.open();
  stored.push(reply(4));
  hear().ready?.({} as never);
  await settled();
  expect(seqs()).toEqual([1, 3, 4]);
  stored.push(reply(5), reply(6), reply(7), reply(8));
  hear().ready?.({} as never);
  await settled();
  expect(seqs()).toEqual([6, 7, 8]);
});
