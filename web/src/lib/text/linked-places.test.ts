import { expect, test } from 'vitest';
import { linkedPlaces } from './linked-places';

const HOME = 'https://chat.example.com/';

test.each([
  ['see https://chat.example.com/rooms/01ab/12.', [{ roomId: '01ab', seq: 12 }]],
  ['[that one](https://chat.example.com/rooms/01ab/7), please', [{ roomId: '01ab', seq: 7 }]],
  ['<https://chat.example.com/rooms/01ab/7>에서', [{ roomId: '01ab', seq: 7 }]],
])('a link to a message is found: %s', (text, places) => {
  expect(linkedPlaces(text, HOME)).toEqual(places);
});

test.each([
  'https://chat.example.com/rooms/01ab',
  'https://chat.example.com/rooms/01ab/0',
  'https://chat.example.com/rooms/01ab/12/more',
  'https://other.example.com/rooms/01ab/12',
  '01ab/12 is no more than https://chat.example.com/rooms/',
  '`https://chat.example.com/rooms/01ab/12`',
  '```\nhttps://chat.example.com/rooms/01ab/12\n```',
])('this is no link to a message here: %s', (text) => {
  expect(linkedPlaces(text, HOME)).toEqual([]);
});

test('each message is quoted once, and three at most', () => {
  const text = [1, 1, 2, 3, 4].map((seq) => `${HOME}rooms/01ab/${seq}`).join(' ');
  expect(linkedPlaces(text, HOME).map(({ seq }) => seq)).toEqual([1, 2, 3]);
});
