import { expect, it, vi } from 'vitest';
import type { Member, UserRef } from '../../generated/contract';
import { ana, ben, ScriptedWire } from '../testing';
import type { Chat } from './chat.svelte';
import { meet } from './meet';
import { Members } from './members.svelte';
import { People } from './people.svelte';

const member = (user: UserRef, readSeq: number): Member => ({
  user,
  role: 'member',
  joinedAt: '2026-01-01T12:00:00Z',
  readSeq,
});

function membersOver(answer: () => Member[]) {
  const wire = new ScriptedWire({ 'room:members': () => ({ members: answer() }) });
  const people = new People();
  return { members: new Members(wire, people), people, wire };
}

const readers = (members: Members, seq: number) =>
  members.readers('room', seq).map(({ user }) => user.id);

it('knows how far each has read, and never less than before', async () => {
  const { members } = membersOver(() => [member(ana, 3), member(ben, 5)]);
  members.read('room', 'ben', 9);
  expect(members.of('room')).toBeUndefined();
  await members.load('room');
  members.read('room', 'ana', 6);
  members.read('room', 'ben', 4);
  members.read('room', 'nobody', 7);
  members.read('elsewhere', 'ana', 8);
  expect([5, 6, 7].map((seq) => readers(members, seq))).toEqual([['ana', 'ben'], ['ana'], []]);
});

it('shows whom it knew until they are loaded anew, and asks once for all', async () => {
  let stored = [member(ana, 1)];
  const { members, wire } = membersOver(() => stored);
  await members.load('room');
  members.restart();
  expect(members.isCurrent('room')).toBe(false);
  expect(readers(members, 1)).toEqual(['ana']);
  stored = [member(ana, 1), member(ben, 2)];
  await Promise.all([members.load('room'), members.load('room')]);
  expect(wire.asked).toHaveLength(2);
  expect(members.isCurrent('room')).toBe(true);
  expect(readers(members, 1)).toEqual(['ana', 'ben']);
});

it('has the same list of members when one of them has read on', async () => {
  const { members } = membersOver(() => [member(ana, 1), member(ben, 1)]);
  await members.load('room');
  const before = members.of('room');
  members.read('room', 'ben', 9);
  expect(members.of('room')).toBe(before);
  members.left('room', 'ben');
  members.joined('room', ben);
  expect(readers(members, 9)).toEqual([]);
});

it('asks for the members when somebody is not known', async () => {
  const { members, people, wire } = membersOver(() => [member(ana, 1)]);
  const chat = { connection: wire, members, people } as unknown as Chat;
  meet(chat, 'room', ['ana']);
  await vi.waitFor(() => expect(members.isCurrent('room')).toBe(true));
  meet(chat, 'room', ['ana', 'left long ago']);
  expect(wire.asked).toHaveLength(1);
});
