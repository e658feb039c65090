import type { RoomSummary, UserRef } from '../generated/contract';
import { isUnread } from './room-sections';
import { matchName, type Stretch } from './text/name-match';
import { asHangul } from './text/two-set';

/** What the quick switcher offers, with what of its name was found. */
export type SwitcherItem = { key: string; name: string; stretches: Stretch[] } & (
  { kind: 'room'; room: RoomSummary } | { kind: 'person'; user: UserRef }
);

/** A room under the name that the user knows it by. */
export interface NamedRoom {
  room: RoomSummary;
  name: string;
  /** Those who are in a direct room beside the user. */
  partners: UserRef[];
}

const MOST = 40;
/** What is unread is meant rather than what fits a little better. */
const UNREAD_BONUS = 60;
/** A conversation that is there already is meant rather than a new one. */
const ROOM_BONUS = 5;

/**
 * What fits a query, the best first; when nothing does, what fits the Hangul that its keys would
 * have written. Without one: what is unread, then what was active last. The
 * open room is left out, because one is there already.
 */
export function switcherItems(
  query: string,
  rooms: readonly NamedRoom[],
  people: readonly UserRef[],
  openId?: string,
): SwitcherItem[] {
  const others = rooms.filter(({ room }) => room.id !== openId);
  if (query.trim() === '') return latest(others);
  const fitting = (meant: string) =>
    [...others.map((one) => ofRoom(meant, one)), ...newPeople(meant, rooms, people)]
      .filter((one) => one !== null)
      .sort((a, b) => b.score - a.score || a.item.name.localeCompare(b.item.name))
      .slice(0, MOST)
      .map(({ item }) => item);
  const found = fitting(query);
  const meant = found.length === 0 && asHangul(query);
  return meant ? fitting(meant) : found;
}

interface Scored {
  score: number;
  item: SwitcherItem;
}

function latest(rooms: readonly NamedRoom[]): SwitcherItem[] {
  const time = ({ room }: NamedRoom) => room.lastMessage?.createdAt ?? room.createdAt;
  const rank = ({ room }: NamedRoom) => Number(isUnread(room)) + Number(room.mentions > 0);
  return rooms
    .toSorted((a, b) => rank(b) - rank(a) || time(b).localeCompare(time(a)))
    .slice(0, MOST)
    .map(({ room, name }) => ({ kind: 'room', key: room.id, room, name, stretches: [] }));
}

function ofRoom(query: string, { room, name, partners }: NamedRoom): Scored | null {
  const match = matchName(query, name);
  const byUsername = partners.map(({ username }) => matchName(query, username ?? '')?.score ?? 0);
  const best = Math.max(match?.score ?? 0, ...byUsername);
  if (best === 0) return null;
  const stretches = match?.stretches ?? [];
  const item: SwitcherItem = { kind: 'room', key: room.id, room, name, stretches };
  return { score: best + ROOM_BONUS + (isUnread(room) ? UNREAD_BONUS : 0), item };
}

/** People with whom there is no conversation of two yet. */
function newPeople(
  query: string,
  rooms: readonly NamedRoom[],
  people: readonly UserRef[],
): (Scored | null)[] {
  const met = new Set(
    rooms.filter(({ partners }) => partners.length === 1).map(({ partners }) => partners[0]?.id),
  );
  return people
    .filter(({ id, deactivated }) => !met.has(id) && !deactivated)
    .map((user) => {
      const match = matchName(query, user.displayName);
      const score = Math.max(match?.score ?? 0, matchName(query, user.username ?? '')?.score ?? 0);
      if (score === 0) return null;
      const name = user.displayName;
      const stretches = match?.stretches ?? [];
      return { score, item: { kind: 'person', key: user.id, user, name, stretches } };
    });
}
