import { expect, it } from 'vitest';
import type { Message, RoomSummary } from '../../generated/contract';
import { message } from '../testing';
import { alertKind, type Reader } from './alert-kind';

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
const mention: Partial<Message> = { mentions: ['ben'] };

it.each<[string, Partial<Message>, Partial<RoomSummary>, Partial<Reader>, string | null]>([
  ['a mention', mention, {}, {}, 'mention'],
  ['a direct message', {}, { kind: 'direct' }, {}, 'direct'],
  ['any other message', {}, {}, {}, null],
  ['any other message, for who wants all', {}, {}, { notifyAbout: 'everything' }, 'message'],
  ['a mention, for who wants nothing', mention, {}, { notifyAbout: 'nothing' }, null],
  ['a mention in a muted room', mention, { muted: true }, {}, null],
  ['a mention while not to be disturbed', mention, {}, { availability: 'dnd' }, null],
  ['a mention while away', mention, {}, { availability: 'away' }, 'mention'],
  ['their own message', { user: { id: 'ben', displayName: 'Ben' } }, { kind: 'direct' }, {}, null],
  ['a system line', { kind: 'system' }, { kind: 'direct' }, {}, null],
])('%s', (_, changes, ofRoom, ofReader, expected) => {
  const told = alertKind(message(1, changes), { ...room, ...ofRoom }, { ...reader, ...ofReader });
  expect(told).toBe(expected);
});
