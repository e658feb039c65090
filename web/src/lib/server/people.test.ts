import { describe, expect, it } from 'vitest';
import { mayLookAfter, pathOf, rolesToGive } from './people';

const [owner, admin, member, guest] = (['owner', 'admin', 'member', 'guest'] as const).map(
  (role) => ({ role }),
) as [{ role: 'owner' }, { role: 'admin' }, { role: 'member' }, { role: 'guest' }];

describe('who looks after whom', () => {
  it('lets an owner look after everybody', () => {
    for (const other of [owner, admin, member, guest])
      expect(mayLookAfter(owner, other)).toBe(true);
    expect(rolesToGive(owner)).toEqual(['owner', 'admin', 'member', 'guest']);
  });

  it('lets an administrator look after members and guests', () => {
    for (const other of [member, guest]) expect(mayLookAfter(admin, other)).toBe(true);
    for (const other of [owner, admin]) expect(mayLookAfter(admin, other)).toBe(false);
    expect(rolesToGive(admin)).toEqual(['member', 'guest']);
  });

  it('lets nobody else look after anybody', () => {
    for (const me of [member, guest]) expect(mayLookAfter(me, guest)).toBe(false);
  });
});

it('asks for what the filter says', () => {
  expect(pathOf('active', '')).toBe('/admin/people?limit=50&state=active');
  expect(pathOf('guest', 'kim & co', 'next')).toBe(
    '/admin/people?limit=50&state=active&kind=guest&query=kim+%26+co&cursor=next',
  );
  expect(pathOf('deactivated', '')).toBe('/admin/people?limit=50&state=deactivated');
});
