import { expect, it } from 'vitest';
import type { Message, Notification, RoomSummary } from '../../generated/contract';
import { message } from '../testing';
import { isWanted, notificationAlert, type Reader } from './alert-kind';
import { isQuiet } from './quiet';

const reader: Reader = {
  id: 'ben',
  availability: 'active',
  notifyAbout: 'mentions',
};
const room: RoomSummary = {
  id: 'room',
  kind: 'public',
  name: 'Room',
  memberCount: 2,
  lastSeq: 1,
  rev: 1,
  createdAt: '',
  readSeq: 0,
  unread: 1,
  mentions: 0,
  muted: false,
  level: 'mentions',
  role: 'member',
};

it.each<[string, Partial<Message>, Partial<RoomSummary>, Partial<Reader>, boolean]>([
  ['any message', {}, {}, {}, false],
  ['one of a room that is followed closely', {}, { level: 'all' }, {}, true],
  [
    'any message, on a device that tells of everything',
    {},
    {},
    { notifyAbout: 'everything' },
    true,
  ],
  [
    'one of a room of which nothing is wanted, on such a device',
    ...[{}, { level: 'nothing' as const }, { notifyAbout: 'everything' as const }, false],
  ] as const,
  ['one of a muted room', {}, { level: 'all', muted: true }, {}, false],
  ['a message while not to be disturbed', {}, { level: 'all' }, { availability: 'dnd' }, false],
  ['a message while away', {}, { level: 'all' }, { availability: 'away' }, true],
  ['one on a device that tells nothing', {}, { level: 'all' }, { notifyAbout: 'nothing' }, false],
  ['what is a mention anyway', { mentions: ['ben'] }, { level: 'all' }, {}, false],
  ['what is a direct message anyway', {}, { kind: 'direct', level: 'all' }, {}, false],
  ['a reply in a thread', { threadRoot: 'm0' }, { level: 'all' }, {}, false],
  [
    'one that is in the room, too',
    { threadRoot: 'm0', alsoInRoom: true },
    { level: 'all' },
    {},
    true,
  ],
  ['their own', { user: { id: 'ben', displayName: 'Ben' } }, { level: 'all' }, {}, false],
  ['a system line', { kind: 'system' }, { level: 'all' }, {}, false],
])('draws attention or not: %s', (_, changes, ofRoom, ofReader, expected) => {
  const wanted = isWanted(message(1, changes), { ...room, ...ofRoom }, { ...reader, ...ofReader });
  expect(wanted).toBe(expected);
});

it('tells of notifications, unless they are silent or the device tells nothing', () => {
  const told: Notification = {
    ...{ id: '1', type: 'mention', message: 'hello', createdAt: '', read: false },
  };
  expect(notificationAlert(told, 'mentions')).toBe('mention');
  expect(notificationAlert({ ...told, type: 'direct' }, 'everything')).toBe('direct');
  expect(notificationAlert({ ...told, silent: true }, 'everything')).toBeNull();
  expect(notificationAlert(told, 'nothing')).toBeNull();
});

it('knows quiet hours in their own time zone, over midnight, too', () => {
  const nights = { from: '22:00', to: '07:00', timeZone: 'Asia/Seoul' };
  const at = (time: string) => isQuiet(nights, new Date(`2026-01-01T${time}:00+09:00`));
  expect([at('21:59'), at('22:00'), at('00:00'), at('06:59'), at('07:00')]).toEqual([
    ...[false, true, true, true, false],
  ]);
  const lunch = { from: '12:00', to: '13:00', timeZone: 'UTC' };
  expect(isQuiet(lunch, new Date('2026-01-01T12:30:00Z'))).toBe(true);
  expect(isQuiet(lunch, new Date('2026-01-01T13:00:00Z'))).toBe(false);
  expect(isQuiet(undefined)).toBe(false);
});
