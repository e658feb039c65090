import 'fake-indexeddb/auto';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Me, RoomSummary } from '../../generated/contract';
import { ana, ben, message } from '../testing';
import { Chat } from './chat.svelte';
import { database } from './database';
import { Keeping } from './keeping';
import { forgetAll, MOST_MESSAGES, MOST_ROOMS, recall } from './last-known';
import { router } from './router.svelte';
import { HINT, type Session } from './session.svelte';

const me: Me = { ...ana, username: 'ana', role: 'member', status: 'active' } as Me;

function roomOf(id: string, changes: Partial<RoomSummary> = {}): RoomSummary {
  return {
    id,
    kind: 'public',
    name: id,
    topic: '',
    createdAt: '2026-01-01T00:00:00.000Z',
    memberCount: 2,
    rev: 1,
    lastSeq: 1,
    readSeq: 1,
    unread: 0,
    mentions: 0,
    muted: false,
    role: 'member',
    level: 'mentions',
    ...changes,
  } as RoomSummary;
}

/** As after the first `ready`. */
function chatIn(...rooms: string[]): Chat {
  const chat = new Chat(me, { token: () => new Promise(() => undefined) } as unknown as Session);
  chat.begin(
    'epoch',
    rooms.map((id) => roomOf(id)),
  );
  chat.settle(new Set(rooms));
  return chat;
}

/** The reader opens a room, which has so many messages. */
function openRoom(chat: Chat, roomId: string, count: number): void {
  router.go(`/rooms/${roomId}`);
  const timeline = chat.timeline(roomId);
  timeline.messages = Array.from({ length: count }, (_, at) =>
    message(at + 1, { roomId, id: `${roomId}-${at + 1}` }),
  );
  timeline.atStart = true;
  timeline.status = 'ready';
  chat.revisions.get(roomId)?.restart(count);
}

/** What the next start shows without a server. */
async function nextStart(): Promise<Chat | undefined> {
  const known = await recall(me.id);
  if (!known) return undefined;
  const chat = new Chat(me, { token: () => Promise.reject() } as unknown as Session);
  known.showIn(chat);
  return chat;
}

beforeEach(async () => {
  await forgetAll();
  localStorage.setItem(HINT, me.id);
  router.go('/');
});

it('shows the rooms and their newest messages at the next start, as of their rev', async () => {
  const chat = chatIn('one', 'two');
  openRoom(chat, 'one', 3);
  await new Keeping(chat).keep();
  const next = await nextStart();
  expect(next?.rooms.all.map(({ id }) => id)).toEqual(['one', 'two']);
  expect([next?.rooms.loaded, next?.epoch]).toEqual([true, 'epoch']);
  const timeline = next?.timeline('one');
  expect(timeline?.messages).toEqual(chat.timeline('one').messages);
  expect([timeline?.status, timeline?.atStart, timeline?.atEnd]).toEqual(['ready', true, true]);
  expect(next?.revisions.get('one')?.known).toBe(3);
  expect(next?.timeline('two').status).toBe('empty');
});

it('keeps the newest messages of the rooms opened last, and no more', async () => {
  const names = Array.from({ length: MOST_ROOMS + 2 }, (_, at) => `room${at}`);
  const chat = chatIn(...names);
  const keeping = new Keeping(chat);
  const clock = vi.spyOn(Date, 'now');
  for (const [at, name] of names.entries()) {
    clock.mockReturnValue(at + 1);
    openRoom(chat, name, MOST_MESSAGES + 1);
    await keeping.keep();
  }
  const next = await nextStart();
  const shown = names.filter((name) => next?.timeline(name).status === 'ready');
  expect(shown).toEqual(names.slice(2));
  const [first] = next?.timeline(names.at(-1) ?? '').messages ?? [];
  expect([first?.seq, next?.timeline(names.at(-1) ?? '').atStart]).toEqual([2, false]);
});

it('takes a room away that was lost, and keeps no place where old messages are read', async () => {
  const chat = chatIn('one', 'two');
  const keeping = new Keeping(chat);
  openRoom(chat, 'two', 2);
  openRoom(chat, 'one', 2);
  await keeping.keep();
  chat.dismiss('one');
  const elsewhere = chat.timeline('two');
  elsewhere.messages = elsewhere.messages.slice(0, 1);
  elsewhere.atEnd = false;
  await keeping.keep();
  const disk = await database();
  expect(await disk.getAllKeys('histories')).toEqual([[me.id, 'two']]);
  const next = await nextStart();
  expect(next?.rooms.all.map(({ id }) => id)).toEqual(['two']);
  expect(next?.timeline('two').messages.length).toBe(2);
});

it('writes nothing after the log out, and nothing of somebody else stays', async () => {
  const disk = await database();
  await disk.put('drafts', { userId: ben.id, roomId: 'one', content: 'secret', replyTo: null });
  await disk.put('drafts', { userId: me.id, roomId: 'one', content: 'mine', replyTo: null });
  const chat = chatIn('one');
  await new Keeping(chat).keep();
  expect((await disk.getAll('drafts')).map(({ content }) => content)).toEqual(['mine']);
  localStorage.removeItem(HINT);
  await forgetAll();
  await new Keeping(chat).keep();
  expect(await disk.getAll('overviews')).toEqual([]);
  localStorage.setItem(HINT, ben.id);
  await new Keeping(chat).keep();
  expect(await disk.getAll('overviews')).toEqual([]);
});

it('does not take a history for that of other data', async () => {
  const chat = chatIn('one', 'two');
  const keeping = new Keeping(chat);
  openRoom(chat, 'one', 2);
  await keeping.keep();
  chat.timeline('one').forget();
  // The server's data were replaced by a backup.
  chat.begin('another epoch', [roomOf('one'), roomOf('two')]);
  await keeping.keep();
  const next = await nextStart();
  expect([next?.epoch, next?.timeline('one').status]).toEqual(['another epoch', 'empty']);
});
