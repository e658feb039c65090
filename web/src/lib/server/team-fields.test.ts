import { expect, it } from 'vitest';
import type { TeamSettings } from '../../generated/contract';
import { changeOf, demandsMore, fieldsOf, flawIn, renewed } from './team-fields';

const before: TeamSettings = {
  name: 'Blue lake',
  createRooms: 'everyone',
  mentionEverybody: 'everyone',
  roomRetention: 'owners',
  requireTwoFactor: 'nobody',
  retentionDays: 30,
  fileBytesPerPerson: 1_500_000_000,
};

it('asks the server for what was changed, and for nothing else', () => {
  const fields = fieldsOf(before);
  expect(changeOf(fields, before)).toEqual({});
  expect(changeOf({ ...fields, greeting: ' Welcome ' }, before)).toEqual({ greeting: 'Welcome' });
  const cleared = { ...fields, name: ' ', accent: 'none', gigabytes: '', retention: 0 } as const;
  expect(changeOf(cleared, before)).toEqual({
    name: null,
    fileBytesPerPerson: null,
    retentionDays: null,
  });
  const chosen = { ...fields, accent: 'rose', rooms: '12', createRooms: 'administrators' } as const;
  expect(changeOf(chosen, before)).toEqual({
    accent: 'rose',
    roomsPerPerson: 12,
    createRooms: 'administrators',
  });
});

it('leaves what another administrator has changed meanwhile, and what is being changed', () => {
  const now: TeamSettings = { ...before, name: 'Red lake', requireTwoFactor: 'everybody' };
  delete now.retentionDays;
  const fields = { ...fieldsOf(before), name: 'Green lake', greeting: 'Welcome', rooms: '1x' };
  const shown = renewed(fields, before, now);
  expect(shown).toEqual({
    ...fieldsOf(now),
    name: 'Green lake',
    greeting: 'Welcome',
    rooms: '1x',
  });
  expect(changeOf({ ...shown, rooms: '' }, now)).toEqual({
    name: 'Green lake',
    greeting: 'Welcome',
  });
});

it('names the limit that is no number', () => {
  const fields = fieldsOf(before);
  expect(flawIn(fields)).toBeUndefined();
  expect(flawIn({ ...fields, gigabytes: 'ten' })).toBe('files');
  expect(flawIn({ ...fields, rooms: '1.5', gigabytes: 'ten' })).toBe('rooms');
});

it('warns when more people need a second factor, and only then', () => {
  const [nobody, some, all] = (['nobody', 'administrators', 'everybody'] as const).map(
    (requireTwoFactor) => ({ ...before, requireTwoFactor }),
  ) as [TeamSettings, TeamSettings, TeamSettings];
  expect(demandsMore(fieldsOf(some), nobody)).toBe(true);
  expect(demandsMore(fieldsOf(all), some)).toBe(true);
  expect(demandsMore(fieldsOf(some), all)).toBe(false);
  expect(demandsMore(fieldsOf(all), all)).toBe(false);
  expect(demandsMore(fieldsOf(nobody), all)).toBe(false);
});
