import { beforeAll, expect, it } from 'vitest';
import { followLanguage, laterTexts } from '../i18n/catalogue.svelte';
import { groupRefusal } from './groups';

const limits = { groupMentionsByMembers: 100, groupMentions: 5000 };
const OWNER_ONLY = /owner/;
const TOO_MANY = /5,000/;

beforeAll(async () => {
  await followLanguage();
  await laterTexts();
});

it('tells members beforehand where only those who look after a room mention everybody', () => {
  const refusal = (role: 'owner' | 'moderator' | 'member') =>
    groupRefusal(
      { kind: 'public', memberCount: 5, role, mentionAll: 'moderators' },
      { role: 'member' },
      limits,
    );
  expect(refusal('member')).toMatch(/moderators/);
  expect([refusal('moderator'), refusal('owner')]).toEqual([null, null]);
});

it.each([
  [100, 'member', 'member', null],
  [101, 'member', 'member', OWNER_ONLY],
  [101, 'owner', 'member', null],
  [101, 'moderator', 'member', null],
  [101, 'member', 'admin', null],
  [5000, 'owner', 'member', null],
  [5001, 'owner', 'member', TOO_MANY],
  [5001, 'member', 'admin', TOO_MANY],
] as const)('in a room of %i, %s there and %s here', (memberCount, role, onServer, why) => {
  const refusal = groupRefusal({ kind: 'public', memberCount, role }, { role: onServer }, limits);
  if (why) expect(refusal).toMatch(why);
  else expect(refusal).toBeNull();
});

it.each([
  ['everyone', 'member', 'member', null],
  ['moderators', 'member', 'member', /owners and moderators/],
  ['moderators', 'moderator', 'member', null],
  ['administrators', 'owner', 'member', /administrators/],
  ['administrators', 'member', 'admin', null],
] as const)('follows a team that leaves it to %s', (mentionEverybody, role, onServer, why) => {
  const team = { mentionEverybody };
  const refusal = (kind: 'public' | 'direct') =>
    groupRefusal({ kind, memberCount: 5, role }, { role: onServer }, undefined, team);
  if (why) expect(refusal('public')).toMatch(why);
  else expect(refusal('public')).toBeNull();
  expect(refusal('direct')).toBeNull();
});
