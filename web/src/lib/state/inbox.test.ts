import { expect, it } from 'vitest';
import type { Notification } from '../../generated/contract';
import { ScriptedWire, ana } from '../testing';
import type { Feed } from '../wire';
import type { Chat } from './chat.svelte';
import { inboxOf } from './inbox.svelte';
import { People } from './people.svelte';

const told = (id: string, changes: Partial<Notification> = {}): Notification => ({
  ...{ id, type: 'mention', message: `no. ${id}`, user: ana, roomId: 'room', messageId: `m${id}` },
  ...{ createdAt: '2026-01-01T12:00:00Z', read: false },
  ...changes,
});

function inboxOver(notifications: Notification[], answers = {}) {
  const wire = new ScriptedWire({
    'notifications:list': () => ({ notifications, unread: notifications.length }),
    ...answers,
  });
  let feed: Partial<Feed> = {};
  const connection = Object.assign(wire, {
    follow: (heard: Partial<Feed>) => {
      feed = heard;
      return () => undefined;
    },
  });
  const chat = { connection, people: new People() } as unknown as Chat;
  const inbox = inboxOf(chat);
  const shown = () => inbox.list.items.map(({ id, read }) => `${id}${read ? '' : '*'}`);
  return { inbox, wire, shown, feed };
}

it('puts what comes on top, once, and reads it wherever it was read', async () => {
  const { inbox, shown, feed } = inboxOver([told('2'), told('1')]);
  await inbox.list.load();
  feed.notification?.(told('3'));
  feed.notification?.(told('3'));
  expect(shown()).toEqual(['3*', '2*', '1*']);
  feed['notification:read']?.({ notificationId: '2', unread: 2 });
  expect(shown()).toEqual(['3*', '2', '1*']);
  feed['notification:read']?.({ notificationIds: ['1'], unread: 1 });
  expect(shown()).toEqual(['3*', '2', '1']);
  feed.notification?.(told('4'));
  feed['notification:read']?.({ all: true, unread: 0 });
  expect(shown()).toEqual(['4', '3', '2', '1']);
});

it('takes out what is withdrawn: one, or all of a room', async () => {
  const { inbox, shown, feed } = inboxOver([told('3'), told('2', { roomId: 'other' }), told('1')]);
  await inbox.list.load();
  feed['notification:withdrawn']?.({ notificationId: '3', unread: 2 });
  expect(shown()).toEqual(['2*', '1*']);
  feed['notification:withdrawn']?.({ roomId: 'room', unread: 1 });
  expect(shown()).toEqual(['2*']);
});

it('keeps a reminder whose room is gone, which leads nowhere then', async () => {
  const { inbox, shown, feed } = inboxOver([told('2', { type: 'reminder' }), told('1')]);
  await inbox.list.load();
  feed['notification:withdrawn']?.({ roomId: 'room', unread: 1 });
  expect(shown()).toEqual(['2*']);
  expect(inbox.list.items[0]?.roomId).toBeUndefined();
});

it('asks again when it is not told which ones were read', async () => {
  const { inbox, wire, feed } = inboxOver([told('1')]);
  await inbox.list.load();
  feed['notification:read']?.({ unread: 0 });
  expect(wire.asked.map(({ command }) => command)).toEqual([
    'notifications:list',
    'notifications:list',
  ]);
});

it('shows what is read at once, and as it was when the server did not hear of it', async () => {
  const { inbox, shown } = inboxOver([told('1')], {
    'notification:read': () => Promise.reject(new Error('gone')),
  });
  await inbox.list.load();
  const reading = inbox.read(told('1'));
  expect(shown()).toEqual(['1']);
  await reading;
  expect(shown()).toEqual(['1*']);
});
