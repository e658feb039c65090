import type { Me, Message, RoomSummary, ServerRole, TeamSettings } from '../generated/contract';

type Place = Pick<RoomSummary, 'kind' | 'role'>;
type Role = Pick<Me, 'role'>;

/** Whether somebody with this role governs the server. */
export function administers(role: ServerRole): boolean {
  return role === 'owner' || role === 'admin';
}

/** Whether somebody may make rooms that are not direct ones. */
export function mayCreateRooms(
  me: Role,
  team: Pick<TeamSettings, 'createRooms'> | undefined,
): boolean {
  return me.role !== 'guest' && (team?.createRooms !== 'administrators' || administers(me.role));
}

/** Whether somebody decides what a room is. Guests never do. */
export function governs(room: Pick<Place, 'role'>, me: Role): boolean {
  return (room.role === 'owner' && me.role !== 'guest') || administers(me.role);
}

/** Whether somebody keeps a room in order. */
export function moderates(room: Pick<Place, 'role'>, me: Role): boolean {
  return (room.role === 'moderator' && me.role !== 'guest') || governs(room, me);
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

/** Whoever may not write where a message stands does not put it before everybody either. */
export function mayPin(
  room: Pick<RoomSummary, 'role' | 'posting'>,
  me: Role,
  { threadRoot, alsoInRoom }: Pick<Message, 'threadRoot' | 'alsoInRoom'>,
): boolean {
  return mayPost(room, me, threadRoot !== undefined && !alsoInRoom);
}
