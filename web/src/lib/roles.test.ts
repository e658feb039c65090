import { describe, expect, it } from 'vitest';
import { governs, looksAfter, mayCreateRooms, mayPost, moderates } from './roles';

const member = { role: 'member' } as const;
const admin = { role: 'admin' } as const;

describe('who looks after a room', () => {
  it.each([
    ['owner', member, [true, true]],
    ['moderator', member, [false, true]],
    ['member', member, [false, false]],
    ['member', admin, [true, true]],
  ] as const)('%s there, %o on the server', (role, me, expected) => {
    expect([governs({ role }, me), moderates({ role }, me)]).toEqual(expected);
  });

  it('is nobody in a direct room, which is its members’ own', () => {
    expect(looksAfter({ kind: 'direct', role: 'owner' }, admin)).toBe(false);
    expect(looksAfter({ kind: 'public', role: 'moderator' }, member)).toBe(true);
  });
});

describe('who may post', () => {
  const may = (role: 'owner' | 'moderator' | 'member', posting?: 'threads' | 'moderators') => {
    const room = posting ? { role, posting } : { role };
    return [mayPost(room, member, false), mayPost(room, member, true)];
  };

  it('is everybody unless the room says so', () => {
    expect(may('member')).toEqual([true, true]);
  });

  it('is who looks after the room, and others in threads if that is left to them', () => {
    expect(may('member', 'threads')).toEqual([false, true]);
    expect(may('member', 'moderators')).toEqual([false, false]);
    expect(may('moderator', 'moderators')).toEqual([true, true]);
    expect(may('owner', 'threads')).toEqual([true, true]);
  });
});

describe('who may make rooms', () => {
  it('is everybody but guests, or administrators alone where the team says so', () => {
    const may = (role: 'owner' | 'admin' | 'member' | 'guest', createRooms?: 'administrators') =>
      mayCreateRooms({ role }, createRooms && { createRooms });
    expect((['owner', 'admin', 'member', 'guest'] as const).map((role) => may(role))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([may('admin', 'administrators'), may('member', 'administrators')]).toEqual([
      true,
      false,
    ]);
  });
});
