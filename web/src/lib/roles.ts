import type { Me, RoomSummary } from '../generated/contract';

type Place = Pick<RoomSummary, 'kind' | 'role'>;
type Role = Pick<Me, 'role'>;

/** Whether somebody decides what a room is. */
export function governs(room: Pick<Place, 'role'>, me: Role): boolean {
  return room.role === 'owner' || me.role === 'admin';
}

/** Whether somebody keeps a room in order. */
export function moderates(room: Pick<Place, 'role'>, me: Role): boolean {
  return room.role === 'moderator' || governs(room, me);
}

/** Whether somebody may hide messages, and handles what is reported. Direct rooms are their members' own. */
export function looksAfter(room: Place, me: Role): boolean {
  return room.kind !== 'direct' && moderates(room, me);
}

/** Whether somebody may write in a room, or in its threads alone. */
export function mayPost(
  room: Pick<RoomSummary, 'role' | 'posting'>,
  me: Role,
  isInThread: boolean,
): boolean {
  const { posting = 'everyone' } = room;
  return posting === 'everyone' || (posting === 'threads' && isInThread) || moderates(room, me);
}
