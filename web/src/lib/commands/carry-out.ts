import type { RoomSummary, UserRef, Users } from '../../generated/contract';
import { explain } from '../explain';
import { RequestFailure } from '../failure';
import { t } from '../i18n/catalogue.svelte';
import { governs } from '../roles';
import type { Chat } from '../state/chat.svelte';
import { dialogs } from '../state/dialogs.svelte';
import { askToLeave } from '../state/leave-room';
import { toggleMuted } from '../state/room-levels';
import { toasts } from '../state/toasts.svelte';
import { dueText } from '../text/due';
import { momentText } from '../text/moment';
import type { Command } from './parse';

/** Why a command was not carried out, in the user's language. */
export class Refusal extends Error {}

/**
 * Carries out a command in a room, and says so where nothing else does. Rejects with a `Refusal`, or with what the
 * server refused; then nothing was changed.
 */
export async function carryOut(chat: Chat, room: RoomSummary, command: Command): Promise<void> {
  switch (command.name) {
    case 'help':
      dialogs.open({ name: 'commands' });
      return;
    case 'leave':
      if (room.kind === 'direct') throw new Refusal(t('command.leave.direct'));
      askToLeave(chat, room);
      return;
    case 'mute':
      return mute(chat, room, command.muted ?? !room.muted);
    case 'topic':
      return setTopic(chat, room, command.topic);
    case 'invite':
      return invite(chat, room, command.usernames);
    case 'dnd':
      return setDnd(chat, command.until);
    case 'remind':
      return remind(chat, room, command.text, command.at);
    case 'task':
      return makeTask(chat, room, command);
  }
}

async function mute(chat: Chat, room: RoomSummary, muted: boolean): Promise<void> {
  if (room.muted !== muted) await toggleMuted(chat, room);
  if (chat.rooms.find(room.id)?.muted === muted) {
    toasts.show(t(muted ? 'command.mute.done' : 'command.mute.undone'));
  }
}

async function setTopic(chat: Chat, room: RoomSummary, topic: string): Promise<void> {
  if (room.kind === 'direct') throw new Refusal(t('command.topic.direct'));
  if (!governs(room, chat.me)) throw new Refusal(t('command.topic.forbidden'));
  const answer = await chat.connection.request('room:update', { roomId: room.id, topic });
  chat.rooms.update(answer.room);
}

async function invite(chat: Chat, room: RoomSummary, usernames: string[]): Promise<void> {
  if (room.kind === 'direct') throw new Refusal(t('command.invite.direct'));
  if (chat.me.role === 'guest') throw new Refusal(t('command.invite.guest'));
  const users = await Promise.all(usernames.map((username) => findUser(chat, username)));
  const userIds = users.map(({ id }) => id);
  const { added } = await chat.connection.request('room:invite', { roomId: room.id, userIds });
  const names = users.filter(({ id }) => added.includes(id)).map(({ displayName }) => displayName);
  const all = users.map(({ displayName }) => displayName).join(', ');
  toasts.show(
    names.length > 0
      ? t('command.invite.done', { names: names.join(', ') })
      : t('command.invite.already', { names: all }),
  );
}

async function findUser(chat: Chat, username: string): Promise<UserRef> {
  const known = chat.people.withUsername(username);
  if (known && !known.deactivated) return known;
  const path = `/users?query=${encodeURIComponent(username)}&limit=50`;
  const { users } = await chat.session.request<Users>('GET', path);
  chat.people.learn(...users);
  const found = users.find((user) => user.username?.toLowerCase() === username.toLowerCase());
  if (!found) throw new Refusal(t('command.nobody', { name: username }));
  return found;
}

async function setDnd(chat: Chat, until: Date | null | 'off'): Promise<void> {
  const { text, emoji } = chat.presence.status(chat.me.id);
  const isOff = until === 'off';
  const status = {
    status: isOff ? ('active' as const) : ('dnd' as const),
    text,
    emoji,
    until: until instanceof Date ? until.toISOString() : undefined,
  };
  await chat.connection.request('status:update', status);
  chat.presence.setStatus(chat.me.id, status);
  if (isOff) toasts.show(t('command.dnd.off'));
  else if (until) toasts.show(t('command.dnd.until', { time: momentText(until) }));
  else toasts.show(t('command.dnd.on'));
}

async function remind(chat: Chat, { id: roomId }: RoomSummary, text: string, at: Date) {
  await chat.connection.request('reminder:create', { text, at: at.toISOString(), roomId });
  toasts.show(t('reminder.done', { time: momentText(at) }));
}

type TaskCommand = Extract<Command, { name: 'task' }>;

async function makeTask(chat: Chat, { id: roomId }: RoomSummary, command: TaskCommand) {
  const { title, assignee, dueAt } = command;
  const assigneeId = assignee ? await memberNamed(chat, roomId, assignee) : undefined;
  await chat.connection.request('task:create', {
    ...{ roomId, title },
    ...(assigneeId ? { assigneeId } : {}),
    ...(dueAt ? { dueAt: dueAt.toISOString() } : {}),
  });
  toasts.show(
    dueAt
      ? t('command.task.doneDue', { title, due: dueText(dueAt.toISOString(), new Date()) })
      : t('command.task.done', { title }),
  );
}

/** A member of the room: tasks are for nobody else. */
async function memberNamed(chat: Chat, roomId: string, username: string): Promise<string> {
  if (!chat.members.isCurrent(roomId)) await chat.members.load(roomId);
  const sought = username.toLowerCase();
  const member = chat.members
    .of(roomId)
    ?.find(({ user }) => user.username?.toLowerCase() === sought);
  if (!member) throw new Refusal(t('command.task.nobody', { name: username }));
  return member.user.id;
}

/** What to tell the user of a command that was not carried out. */
export function whyNot(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  if (error instanceof RequestFailure && error.code === 'conflict') return t('command.full');
  return explain(error);
}
