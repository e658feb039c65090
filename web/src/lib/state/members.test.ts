import { expect, it } from 'vitest';
import type { Member, UserRef } from '../../generated/contract';
import { ana, ben, ScriptedWire } from '../testing';
import { Members } from './members.svelte';
import { People } from './people.svelte';

const member = (user: UserRef, readSeq: number): Member => ({
  user,
  role: 'member',
  joinedAt: '2026-01-01T12:00:00Z',
  readSeq,
});

function membersOver(answer: () => Member[]): { members: Members; wire: ScriptedWire } {
  const wire = new ScriptedWire({ 'room:members': () => ({ members: answer() }) });
  return { members: new Members(wire, new People()), wire };
}

const marks = (members: Members) => members.of('room')?.map(({ readSeq }) => readSeq);

it('knows how far each has read, and never less than before', async () => {
  const { members } = membersOver(() => [member(ana, 3), member(ben, 5)]);
  members.read('room', 'ben', 9);
  expect(members.of('room')).toBeUndefined();
  await members.load('room');
  members.read('room', 'ana', 6);
  members.read('room', 'ben', 4);
  members.read('room', 'nobody', 7);
  members.read('elsewhere', 'ana', 8);
  expect(marks(members)).toEqual([6, 5]);
});

it('shows whom it knew until they are loaded anew, and asks once for all', async () => {
  let stored = [member(ana, 1)];
  const { members, wire } = membersOver(() => stored);
  await members.load('room');
  members.restart();
  expect(members.isCurrent('room')).toBe(false);
  expect(marks(members)).toEqual([1]);
  stored = [member(ana, 1), member(ben, 2)];
  await Promise.all([members.load('room'), members.load('room')]);
  expect(wire.asked).toHaveLength(2);
  expect(members.isCurrent('room')).toBe(true);
  expect(marks(members)).toEqual([1, 2]);
});
