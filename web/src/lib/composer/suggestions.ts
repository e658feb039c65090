import type { RoomSummary, UserRef } from '../../generated/contract';
import { commandsFor, wordFor, type CommandInfo } from '../commands/definitions';
import { searchEmoji } from '../emoji';
import { team } from '../emoji/team.svelte';
import { currentLanguage } from '../i18n/catalogue.svelte';
import type { Chat } from '../state/chat.svelte';
import { matchName } from '../text/name-match';
import { groupRefusal, GROUPS, type Group } from './groups';
import type { Trigger } from './trigger';

const MOST_SHOWN = 8;

/** Something that a name may be completed to. */
export type Suggestion = { key: string; insert: string } & (
  | { kind: 'person'; user: UserRef }
  | { kind: 'group'; group: Group; refusal: string | null }
  | { kind: 'command'; command: CommandInfo; word: string }
  | { kind: 'room'; room: RoomSummary }
  | { kind: 'emoji'; emoji: string; label: string; shortcode: string }
);

/** What fits to a name that is being written in a room, best first. */
export async function suggest(chat: Chat, roomId: string, trigger: Trigger): Promise<Suggestion[]> {
  switch (trigger.kind) {
    case 'command':
      return suggestCommands(trigger.query);
    case 'person':
      return suggestPeople(chat, roomId, trigger.query);
    case 'room':
      return suggestRooms(chat, trigger.query);
    case 'emoji': {
      const found = await searchEmoji(trigger.query, currentLanguage(), MOST_SHOWN);
      const standard = found.map((one) => ({ key: one.emoji, insert: one.emoji, ...one }));
      const all = [...suggestOwnEmoji(trigger.query), ...standard].slice(0, MOST_SHOWN);
      return all.map((one) => ({ kind: 'emoji', ...one }));
    }
  }
}

/** The team's own, which have no other name than their own. */
function suggestOwnEmoji(query: string) {
  const fitting = best(team.all, ({ name }) => matchName(query, name)?.score ?? null);
  return fitting.map(({ name: shortcode }) => {
    const emoji = `:${shortcode}:`;
    return { key: emoji, insert: emoji, emoji, label: shortcode, shortcode };
  });
}

function suggestCommands(query: string): Suggestion[] {
  return commandsFor(query).map((command) => {
    const word = wordFor(command, query, currentLanguage());
    return { kind: 'command', key: command.name, insert: `/${word} `, command, word };
  });
}

/** Words that mention many, as far as they fit; behind the people. */
function suggestGroups(chat: Chat, roomId: string, query: string): Suggestion[] {
  const room = chat.rooms.find(roomId);
  // Two need no word for both of them.
  if (!room || room.memberCount <= 2) return [];
  const refusal = groupRefusal(room, chat.me, chat.attention.limits, chat.attention.team);
  return GROUPS.filter(({ words }) => words.some((word) => matchName(query, word) !== null)).map(
    ({ name }) => ({ kind: 'group', key: `@${name}`, insert: `@${name} `, group: name, refusal }),
  );
}

async function suggestPeople(chat: Chat, roomId: string, query: string): Promise<Suggestion[]> {
  if (!chat.members.isCurrent(roomId) && chat.connection.isOpen) {
    await chat.members.load(roomId).catch(() => undefined);
  }
  // Without the list of members, as offline, whoever is known.
  const people = chat.members.of(roomId)?.map(({ user }) => user) ?? chat.people.all;
  // Who spoke last is likely to be meant.
  const spoke = chat.timeline(roomId).messages.map(({ user }) => user.id);
  const groups = suggestGroups(chat, roomId, query);
  const found: Suggestion[] = best(
    people.filter(({ id, username, deactivated }) => username && !deactivated && id !== chat.me.id),
    (user) => {
      const fits = [user.displayName, user.username ?? ''].map((name) => matchName(query, name));
      const scores = fits.flatMap((fit) => (fit ? [fit.score] : []));
      return scores.length > 0 ? Math.max(...scores) + recency(spoke, user.id) : null;
    },
  ).map((user) => ({ kind: 'person', key: user.id, insert: `@${user.username} `, user }));
  return [...found.slice(0, MOST_SHOWN - groups.length), ...groups];
}

function suggestRooms(chat: Chat, query: string): Suggestion[] {
  return best(chat.rooms.shared, (room) => matchName(query, room.name ?? '')?.score ?? null).map(
    (room) => ({ kind: 'room', key: room.id, insert: `#${room.name} `, room }),
  );
}

/** Up to 50 for whoever spoke just now. */
function recency(spoke: string[], userId: string): number {
  const last = spoke.lastIndexOf(userId);
  return last < 0 ? 0 : (50 * (last + 1)) / spoke.length;
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
