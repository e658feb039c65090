import { expect, it } from 'vitest';
import type { RoomSummary } from '../generated/contract';
import { isUnread, neighbour, placed, roomSections, type Staying } from './room-sections';

function room(id: string, changes: Partial<RoomSummary> = {}): RoomSummary {
  return {
    id,
    kind: 'public',
    name: id,
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
}

function names(rooms: RoomSummary[], staying?: Staying): Record<string, string[]> {
  return Object.fromEntries(
    roomSections(rooms, staying).map(({ name, rooms: some }) => [name, some.map(({ id }) => id)]),
  );
}

it('puts each room into one part, favourites in their own order', () => {
  const rooms = [
    room('a'),
    room('b', { unread: 2 }),
    room('c', { favourite: 5, unread: 1 }),
    room('d', { favourite: 2 }),
    room('e', { kind: 'direct' }),
    room('f', { kind: 'direct', unread: 1 }),
    room('g', { muted: true, unread: 9 }),
  ];
  expect(names(rooms)).toEqual({
    favourites: ['d', 'c'],
    unread: ['f', 'b'],
    rooms: ['a', 'g'],
    direct: ['e'],
  });
});

it('leaves a room where it was while it is read', () => {
  expect(names([room('a'), room('b')], { id: 'b', isUrgent: false }).unread).toEqual(['b']);
  const rooms = [room('a', { unread: 1 }), room('b')];
  expect(names(rooms, { id: 'b', isUrgent: true }).unread).toEqual(['b', 'a']);
});

it('puts what is meant for the reader before what else is unread', () => {
  const rooms = [
    room('a', { unread: 9 }),
    room('b', { unread: 2, mentions: 1 }),
    room('c', { unread: 1 }),
    room('d', { kind: 'direct', unread: 1 }),
    room('e', { kind: 'direct', unread: 1, muted: true }),
  ];
  expect(names(rooms).unread).toEqual(['b', 'd', 'a', 'c']);
});

it('does not count what is muted, unless somebody is mentioned', () => {
  expect(isUnread(room('a', { unread: 1 }))).toBe(true);
  expect(isUnread(room('a', { unread: 1, muted: true }))).toBe(false);
  expect(isUnread(room('a', { unread: 1, mentions: 1, muted: true }))).toBe(true);
});

it('moves through the list, around its ends, and past what is read', () => {
  const rooms = [room('a'), room('b', { unread: 1 }), room('c'), room('d', { unread: 1 })];
  const next = (openId: string | undefined, step: 1 | -1) => neighbour(rooms, openId, step)?.id;
  expect([next('a', 1), next('d', 1), next('a', -1)]).toEqual(['b', 'a', 'd']);
  expect([next(undefined, 1), next(undefined, -1)]).toEqual(['a', 'd']);
  const unread = (openId: string, step: 1 | -1) => neighbour(rooms, openId, step, isUnread)?.id;
  expect([unread('b', 1), unread('d', 1), unread('a', -1)]).toEqual(['d', 'b', 'd']);
  expect(neighbour([room('a')], 'a', 1)).toBeUndefined();
  expect(neighbour([], undefined, 1)).toBeUndefined();
});

it('places a favourite, moves it, and takes it off', () => {
  expect(placed(['a', 'b'], 'c', 1)).toEqual(['a', 'c', 'b']);
  expect(placed(['a', 'b', 'c'], 'a', 2)).toEqual(['b', 'c', 'a']);
  expect(placed(['a', 'b'], 'a', null)).toEqual(['b']);
});
