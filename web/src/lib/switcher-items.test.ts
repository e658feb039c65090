import { expect, it } from 'vitest';
import type { RoomSummary, UserRef } from '../generated/contract';
import { switcherItems, type NamedRoom } from './switcher-items';

const mina: UserRef = { id: 'mina', username: 'mina', displayName: '김민아' };
const minsu: UserRef = { id: 'minsu', username: 'minsu', displayName: '박민수' };
const gone: UserRef = { id: 'gone', displayName: '민정', deactivated: true };

function named(
  name: string,
  changes: Partial<RoomSummary> = {},
  partners: UserRef[] = [],
): NamedRoom {
  const room: RoomSummary = {
    id: name,
    kind: partners.length > 0 ? 'direct' : 'public',
    memberCount: 1,
    lastSeq: 1,
    rev: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    readSeq: 1,
    unread: 0,
    mentions: 0,
    muted: false,
    level: 'mentions',
    role: 'member',
    ...changes,
  };
  return { room, name, partners };
}

function keys(
  query: string,
  rooms: NamedRoom[],
  people: UserRef[] = [],
  openId?: string,
): string[] {
  return switcherItems(query, rooms, people, openId).map(({ key }) => key);
}

it('begins with what is unread, mentions before the rest, then with what was active last', () => {
  const rooms = [
    named('old'),
    named('recent', { createdAt: '2026-02-01T00:00:00.000Z' }),
    named('unread', { unread: 1 }),
    named('mentioned', { unread: 1, mentions: 1 }),
    named('muted', { unread: 9, muted: true }),
    named('open', { unread: 3 }),
  ];
  expect(keys('', rooms, [mina], 'open')).toEqual([
    'mentioned',
    'unread',
    'recent',
    'old',
    'muted',
  ]);
});

it('finds rooms and people by initial consonants and by usernames', () => {
  const rooms = [named('회의'), named('하루'), named('박민수', {}, [minsu])];
  expect(keys('ㅎㅇ', rooms, [mina, minsu])).toEqual(['회의']);
  expect(keys('ㅁㅅ', rooms, [mina, minsu])).toEqual(['박민수']);
  expect(keys('minsu', rooms, [mina, minsu])).toEqual(['박민수']);
  expect(keys('mina', rooms, [mina, minsu])).toEqual(['mina']);
});

it('understands Korean that was typed on the English layout, where nothing else fits', () => {
  const rooms = [named('회의록'), named('gdf')];
  expect(keys('ghldml', rooms, [mina])).toEqual(['회의록']);
  expect(keys('rlaalsdk', rooms, [mina])).toEqual(['mina']);
  expect(keys('gdf', rooms)).toEqual(['gdf']);
});

it('offers a person once: as the conversation that is there, or as a new one', () => {
  const direct = named('김민아', {}, [mina]);
  expect(keys('민', [direct], [mina, minsu, gone])).toEqual(['김민아', 'minsu']);
  const group = named('김민아, 박민수', {}, [mina, minsu]);
  expect(keys('김민아', [group], [mina])).toEqual(['mina', '김민아, 박민수']);
});

it('prefers what is unread among what fits alike, but not over what fits much better', () => {
  const rooms = [
    named('design-a'),
    named('design-b', { unread: 1 }),
    named('redesign', { unread: 1 }),
  ];
  expect(keys('design', rooms)).toEqual(['design-b', 'design-a', 'redesign']);
});
