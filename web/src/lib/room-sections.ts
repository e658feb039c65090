import type { RoomSummary } from '../generated/contract';

export type SectionName = 'favourites' | 'unread' | 'rooms' | 'direct';

export interface Section {
  name: SectionName;
  rooms: RoomSummary[];
}

/** Whether a room calls for attention: unread, and not muted; or mentioned in, muted or not. */
export function isUnread(room: RoomSummary): boolean {
  return room.mentions > 0 || (room.unread > 0 && !room.muted);
}

/** Whether what is unread in a room is meant for its reader alone, or for them by name. */
export function isUrgent(room: RoomSummary): boolean {
  return room.mentions > 0 || (room.kind === 'direct' && room.unread > 0 && !room.muted);
}

/** A room that was unread when it was opened: it stays where it was while it is read. */
export interface Staying {
  id: string;
  isUrgent: boolean;
}

/**
 * The parts of the list, each room in one of them. `rooms` come sorted, and stay so; but of the
 * unread ones those that are urgent come first.
 */
export function roomSections(rooms: readonly RoomSummary[], staying?: Staying): Section[] {
  const sections: Record<SectionName, RoomSummary[]> = {
    favourites: [],
    unread: [],
    rooms: [],
    direct: [],
  };
  for (const room of rooms) {
    if (room.favourite !== undefined) sections.favourites.push(room);
    else if (isUnread(room) || room.id === staying?.id) sections.unread.push(room);
    else sections[room.kind === 'direct' ? 'direct' : 'rooms'].push(room);
  }
  const rank = (room: RoomSummary) =>
    Number(room.id === staying?.id ? !staying.isUrgent : !isUrgent(room));
  sections.unread.sort((a, b) => rank(a) - rank(b));
  sections.favourites.sort((a, b) => (a.favourite ?? 0) - (b.favourite ?? 0));
  return (Object.keys(sections) as SectionName[]).map((name) => ({ name, rooms: sections[name] }));
}

/** The room that lies `step` away from the open one in the list, around its ends. */
export function neighbour(
  rooms: readonly RoomSummary[],
  openId: string | undefined,
  step: 1 | -1,
  isWanted: (room: RoomSummary) => boolean = () => true,
): RoomSummary | undefined {
  const open = rooms.findIndex((room) => room.id === openId);
  const start = open < 0 && step < 0 ? 0 : open;
  for (let distance = 1; distance <= rooms.length; distance += 1) {
    const index = (start + step * distance + rooms.length * 2) % rooms.length;
    const room = rooms[index];
    if (room && room.id !== openId && isWanted(room)) return room;
  }
  return undefined;
}

/** An order with a room put at `position`, or taken out of it. */
export function placed(
  order: readonly string[],
  roomId: string,
  position: number | null,
): string[] {
  const others = order.filter((id) => id !== roomId);
  if (position !== null) others.splice(position, 0, roomId);
  return others;
}
