import type { RoomSummary, UserRef } from '../../generated/contract';
import type { Language } from '../state/preferences.svelte';
import { matchName } from '../text/name-match';
import {
  dayNames,
  daysOf,
  flags,
  type DayName,
  type FlagName,
  type QueryItem,
} from './query-language';

const MOST_SHOWN = 7;

/** Something that the value of an operator may be completed to. */
export type Suggestion = { key: string; value: string } & (
  | { kind: 'me' }
  | { kind: 'person'; user: UserRef }
  | { kind: 'room'; room: RoomSummary; name: string }
  | { kind: 'day'; name: DayName; days: [Date, Date] }
  | { kind: 'pickDay' }
  | { kind: 'flag'; name: FlagName }
);

/** What suggestions are made of. */
export interface Known {
  language: Language;
  me: UserRef;
  people: readonly UserRef[];
  rooms: readonly RoomSummary[];
  /** Who is in a direct room beside the user. */
  partners: (room: RoomSummary) => readonly UserRef[];
  today: Date;
}

/** What fits to the value that is being written, best first; nothing for what is no operator. */
export function suggestionsFor(item: QueryItem, known: Known): Suggestion[] {
  switch (item.operator) {
    case null:
      return [];
    case 'from':
      return suggestPeople(item.value, known);
    case 'in':
      return suggestRooms(item.value, known);
    case 'has':
    case 'is':
      return suggestFlags(item.operator, item.value, known.language);
    default:
      return suggestDays(item.value, known);
  }
}

function suggestPeople(typed: string, { language, me, people }: Known): Suggestion[] {
  const query = typed.replace(/^[@＠]/u, '');
  const self: Suggestion = { kind: 'me', key: 'me', value: language === 'ko' ? '나' : 'me' };
  const isSelf =
    query === '' ||
    [self.value, me.displayName, me.username ?? ''].some((name) => matchName(query, name));
  const others = people.filter(
    ({ id, username, deactivated }) => id !== me.id && username && !deactivated,
  );
  const found = best(others, (user) => scoreOfPerson(query, user)).map((user): Suggestion => ({
    kind: 'person',
    key: user.id,
    value: `@${user.username}`,
    user,
  }));
  return [...(isSelf && typed === query ? [self] : []), ...found].slice(0, MOST_SHOWN);
}

function scoreOfPerson(query: string, { displayName, username }: UserRef): number | null {
  const scores = [displayName, username ?? ''].flatMap(
    (name) => matchName(query, name)?.score ?? [],
  );
  return scores.length > 0 ? Math.max(...scores) : null;
}

function suggestRooms(typed: string, known: Known): Suggestion[] {
  const query = typed.replace(/^[#＃@＠]/u, '');
  const wantsPerson = /^[@＠]/u.test(typed);
  const named = known.rooms.flatMap((room) => {
    if (room.kind !== 'direct')
      return wantsPerson ? [] : [{ room, name: room.name ?? '', value: room.name ?? '' }];
    const [partner, ...more] = known.partners(room);
    // Rooms of several people have no name that could be written.
    if (!partner?.username || more.length > 0 || room.memberCount > 2) return [];
    return [{ room, name: partner.displayName, value: `@${partner.username}` }];
  });
  return best(named, ({ name, value }) => {
    const scores = [name, value].flatMap((one) => matchName(query, one)?.score ?? []);
    return scores.length > 0 ? Math.max(...scores) : null;
  }).map(({ room, name, value }) => ({ kind: 'room', key: room.id, room, name, value }));
}

function suggestFlags(operator: 'has' | 'is', typed: string, language: Language): Suggestion[] {
  const query = typed.toLowerCase();
  return flags[operator]
    .filter(({ en, ko }) => [...en, ...ko].some((name) => name.startsWith(query)))
    .map((flag) => ({ kind: 'flag', key: flag.name, name: flag.name, value: flag[language][0] }));
}

function suggestDays(typed: string, { language, today }: Known): Suggestion[] {
  const query = typed.toLowerCase();
  const named = dayNames
    .filter((day) => day.en.startsWith(query) || day.ko.startsWith(query))
    .map((day): Suggestion => {
      const { name } = day;
      return { kind: 'day', key: name, name, value: day[language], days: daysOf(name, today) };
    });
  return [...named, { kind: 'pickDay', key: 'pickDay', value: '' }];
}

function best<T>(all: readonly T[], score: (one: T) => number | null): T[] {
  return all
    .flatMap((one) => {
      const points = score(one);
      return points === null ? [] : [{ one, points }];
    })
    .sort((a, b) => b.points - a.points)
    .slice(0, MOST_SHOWN)
    .map(({ one }) => one);
}
