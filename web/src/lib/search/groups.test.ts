import { expect, it } from 'vitest';
import type { SearchHit } from '../../generated/contract';
import { message } from '../testing';
import { groupHits } from './groups';

const hit = (roomId: string, seq: number): SearchHit => ({
  message: message(seq, { roomId, id: `${roomId}${seq}` }),
  room: { id: roomId, kind: 'public', name: roomId },
  snippet: '',
  ranges: [],
});
const shown = (pages: SearchHit[][]) =>
  groupHits(pages).map(({ first, room, hits }) => [
    first,
    room.id,
    hits.map(({ message: { seq } }) => seq),
  ]);

it('puts the hits of a room together, in the order of their first', () => {
  expect(shown([[hit('b', 9), hit('a', 8), hit('b', 7)]])).toEqual([
    [0, 'b', [9, 7]],
    [2, 'a', [8]],
  ]);
});

it('moves nothing that stands when the next page comes, and goes on with the last room', () => {
  const first = [hit('a', 9), hit('b', 8)];
  const both = shown([first, [hit('a', 7), hit('b', 6), hit('c', 5), hit('a', 4)]]);
  expect(both).toEqual([
    [0, 'a', [9]],
    [1, 'b', [8, 6]],
    [3, 'a', [7, 4]],
    [5, 'c', [5]],
  ]);
  expect(new Set(groupHits([first, [hit('a', 7)]]).map(({ key }) => key)).size).toBe(3);
});
