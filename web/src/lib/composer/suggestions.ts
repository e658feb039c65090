import type { RoomSummary, UserRef } from '../../generated/contract';
import { searchEmoji } from '../emoji';
import { currentLanguage } from '../i18n/catalogue.svelte';
import type { Chat } from '../state/chat.svelte';
import { matchName } from '../text/name-match';
import type { Trigger } from './trigger';

const MOST_SHOWN = 8;

/** Something that a name may be completed to. */
export type Suggestion = { key: string; insert: string } & (
  | { kind: 'person'; user: UserRef }
  | { kind: 'room'; room: RoomSummary }
  | { kind: 'emoji'; emoji: string; label: string; shortcode: string }
);

/** What fits to a name that is being written in a room, best first. */
export async function suggest(chat: Chat, roomId: string, trigger: Trigger): Promise<Suggestion[]> {
  switch (trigger.kind) {
    case 'person':
      return suggestPeople(chat, roomId, trigger.query);
    case 'room':
      return suggestRooms(chat, trigger.query);
    case 'emoji': {
      const found = await searchEmoji(trigger.query, currentLanguage(), MOST_SHOWN);
      return found.map((one) => ({ kind: 'emoji', key: one.emoji, insert: one.emoji, ...one }));
    }
  }
}

async function suggestPeople(chat: Chat, roomId: string, query: string): Promise<Suggestion[]> {
  if (!chat.members.isCurrent(roomId) && chat.connection.isOpen) {
    await chat.members.load(roomId).catch(() => undefined);
  }
  // Without the list of members, as offline, whoever is known.
  const people = chat.members.of(roomId)?.map(({ user }) => user) ?? chat.people.all;
  // Who spoke last is likely to be meant.
  const spoke = chat.timeline(roomId).messages.map(({ user }) => user.id);
  return best(
    people.filter(({ id, username, deactivated }) => username && !deactivated && id !== chat.me.id),
    (user) => {
      const fits = [user.displayName, user.username ?? ''].map((name) => matchName(query, name));
      const scores = fits.flatMap((fit) => (fit ? [fit.score] : []));
      return scores.length > 0 ? Math.max(...scores) + recency(spoke, user.id) : null;
    },
  ).map((user) => ({ kind: 'person', key: user.id, insert: `@${user.username} `, user }));
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
