import { describe, expect, it, vi } from 'vitest';
import type { Attachment, Message, Reminder, RoomFile } from '../../generated/contract';
import { RequestFailure } from '../failure';
import { FollowedWire, message } from '../testing';
import type { Chat } from './chat.svelte';
import { People } from './people.svelte';
import { pinsOf } from './pins.svelte';
import { filesIn } from './room-files.svelte';
import { savedOf } from './saved.svelte';

const chatOver = (connection: FollowedWire) =>
  ({ connection, people: new People() }) as unknown as Chat;

describe('what is pinned', () => {
  async function pinsOver(stored: Message[]) {
    const wire = new FollowedWire({ 'room:pins': () => ({ messages: stored }) });
    const pins = pinsOf(chatOver(wire), 'room');
    const leave = pins.follow();
    await vi.waitFor(() => expect(pins.list.status).toBe('ready'));
    return { wire, pins, leave, shown: () => pins.list.items.map(({ id }) => id) };
  }

  it('follows the room, the last pinned first', async () => {
    const { wire, pins, shown } = await pinsOver([message(1, { pinned: true })]);
    wire.tell('message:updated', { message: message(4, { pinned: true }) });
    wire.tell('message:updated', { message: message(5, { pinned: true, roomId: 'other' }) });
    wire.tell('message:updated', { message: message(6) });
    expect(shown()).toEqual(['m4', 'm1']);
    wire.tell('message:updated', { message: message(1, { rev: 9 }) });
    expect(shown()).toEqual(['m4']);
    wire.tell('message:deleted', {
      ...{ roomId: 'room', messageId: 'm4', seq: 4, rev: 10, userId: 'ana' },
    });
    expect([shown(), pins.count]).toEqual([[], '0']);
  });

  it('keeps its order when something else of a message changes', async () => {
    const { wire, pins, shown } = await pinsOver([1, 2].map((n) => message(n, { pinned: true })));
    wire.tell('message:updated', { message: message(2, { pinned: true, rev: 8, content: 'new' }) });
    wire.tell('message:updated', { message: message(2, { pinned: true, rev: 7, content: 'old' }) });
    expect(shown()).toEqual(['m1', 'm2']);
    expect(pins.list.items[1]?.content).toBe('new');
  });

  it('is followed while somebody looks at the room, and loaded anew for the next', async () => {
    const { wire, pins, leave } = await pinsOver([]);
    const leavePanel = pins.follow();
    leave();
    const asks = () => wire.asked.length;
    wire.tell('ready', {} as never);
    await vi.waitFor(() => expect(asks()).toBe(2));
    leavePanel();
    wire.tell('message:updated', { message: message(4, { pinned: true }) });
    expect(pins.list.items).toEqual([]);
    wire.tell('ready', {} as never);
    await Promise.resolve();
    expect(asks()).toBe(2);
    pins.follow();
    expect(asks()).toBe(3);
  });
});

describe('the files of a room', () => {
  const file = (id: string): Attachment => ({
    ...{ id, name: id, size: 3, type: 'text/plain', kind: 'other' },
  });

  function filesOver(answer: () => { files: RoomFile[] }) {
    const wire = new FollowedWire({ 'room:files': answer });
    const files = filesIn(chatOver(wire), 'room');
    return { wire, files, shown: () => files.list.items.map((one) => one.file.id) };
  }

  it('are heard of while somebody looks, and asked for anew by the next', async () => {
    const { wire, files, shown } = filesOver(() => ({ files: [] }));
    const leave = files.follow();
    await vi.waitFor(() => expect(files.list.status).toBe('ready'));
    wire.tell('message:new', { message: message(4, { files: [file('a')] }) });
    expect(shown()).toEqual(['a']);
    leave();
    wire.tell('message:new', { message: message(5, { files: [file('b')] }) });
    expect([shown(), wire.asked.length]).toEqual([['a'], 1]);
    files.follow();
    expect(wire.asked).toHaveLength(2);
  });

  it('are asked for once for each filter, and not again by themselves when that fails', async () => {
    const { wire, files } = filesOver(() => {
      throw RequestFailure.offline();
    });
    files.follow();
    await vi.waitFor(() => expect(files.list.status).toBe('failed'));
    expect(wire.asked).toHaveLength(1);
    await files.show('image');
    expect([files.list.status, wire.asked.length]).toEqual(['failed', 2]);
  });
});

describe('what is kept', () => {
  const room = { id: 'room', kind: 'public' as const, name: 'room' };

  it('follows the other devices', async () => {
    let kept = [1, 2].map((n) => ({ message: message(n), room, savedAt: '' }));
    let reminders: Reminder[] = [{ id: 'r1', text: 'tea', at: '', createdAt: '' }];
    const wire = new FollowedWire({
      'messages:saved': () => ({ messages: kept }),
      'reminder:list': () => ({ reminders }),
      'reminder:delete': () => ({}),
    });
    const saved = savedOf(chatOver(wire));
    await saved.load();
    const shown = () => saved.messages.items.map((item) => item.message.id);
    wire.tell('message:saved', { messageId: 'm1', on: false });
    expect(shown()).toEqual(['m2']);
    wire.tell('message:updated', { message: message(2, { rev: 9, content: 'edited' }) });
    expect(saved.messages.items[0]?.message.content).toBe('edited');
    // Only the server knows what was saved elsewhere, and where it stands.
    kept = [{ message: message(7), room, savedAt: '' }, ...kept];
    wire.tell('message:saved', { messageId: 'm7', on: true });
    await vi.waitFor(() => expect(shown()).toEqual(['m7', 'm1', 'm2']));

    reminders = [];
    const told = { id: '1', message: 'tea', createdAt: '', read: false };
    wire.tell('notification', { ...told, type: 'mention' });
    expect(saved.reminders.items).toHaveLength(1);
    wire.tell('notification', { ...told, type: 'reminder' });
    await vi.waitFor(() => expect(saved.reminders.items).toEqual([]));
  });
});
