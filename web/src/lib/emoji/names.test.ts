import { expect, it } from 'vitest';
import { nameFrom } from './names';

it.each([
  ['Party Parrot.gif', 'party_parrot'],
  [':party:', 'party'],
  ['마루.png', '마루'],
  ['마루.png'.normalize('NFD'), '마루'],
  ['+1', '+1'],
  ['a', ''],
  ['🎉', ''],
  ['"><img>', 'img'],
  ['a'.repeat(40), 'a'.repeat(30)],
  ['가'.repeat(40), '가'.repeat(20)],
])('makes of %j the name %j', (written, name) => {
  expect(nameFrom(written)).toBe(name);
});
